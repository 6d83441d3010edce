// What a thrown value tells, whoever threw it. Looks at fields, not at classes: an Error of another
// realm (a worker, a test's sandbox) is no `instanceof Error`, and must not be misread for that.

function field(error: unknown, name: 'code' | 'message' | 'name'): string | undefined {
  if (typeof error !== 'object' || error === null || !(name in error)) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}

/** errno name of a Node error ("ENOSPC"), or undefined. */
export function errnoOf(error: unknown): string | undefined {
  return field(error, 'code');
}

/** The message of an error, or the value as text. */
export function messageOf(error: unknown): string {
  return field(error, 'message') ?? String(error);
}

/** Whether it is what an AbortSignal gives as its usual reason, abort or time-out apart. */
export function isAbort(error: unknown): boolean {
  return field(error, 'name') === 'AbortError';
}
