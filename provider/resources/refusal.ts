// A thing that the provider itself will not do, in words for the user. Faults of the service and of
// the client pass by unchanged.

/** Thrown where the provider refuses before or instead of a call. The text says what to do next. */
export class Refusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Refusal';
  }
}

/** Any error in one line for the user. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error) {
    const text = error.message || error.name;
    return error.name === 'TimeoutError' ? 'the time allowed for it is over' : text;
  }
  return String(error);
}
