// Errors are rows of a catalogue: a code, the face they have on HTTP, and a message made from typed
// details. Invariant: code is matched, never the text and never the class.

/** One row of a catalogue. `http` is the status code of the API's answer; 500 where it has none. */
export interface FaultRow<D> {
  readonly http: number;
  readonly message: (details: D) => string;
  /** Whether the same call may succeed later without a change. */
  readonly retriable?: boolean;
}

/** An expected error. Thrown by the engine, parsed back by the client, shown by the tools. */
export class Fault extends Error {
  readonly code: string;
  readonly http: number;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retriable: boolean;

  constructor(
    code: string,
    face: { http: number; message: string; retriable?: boolean; cause?: unknown },
    details: Record<string, unknown> = {},
  ) {
    super(face.message, face.cause === undefined ? undefined : { cause: face.cause });
    this.name = 'Fault';
    this.code = code;
    this.http = face.http;
    this.details = details;
    this.retriable = face.retriable ?? false;
  }
}

/** Makers of faults, one for each row of a catalogue. */
export type FaultMakers<R> = {
  readonly [K in keyof R]: R[K] extends FaultRow<infer D>
    ? (details: D, cause?: unknown) => Fault
    : never;
};

/** Turns a catalogue into makers: `faults.volumeNotFound({ id })` builds the error to throw. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each row has details of its own
export function defineFaults<R extends Record<string, FaultRow<any>>>(rows: R): FaultMakers<R> {
  const makers = Object.entries(rows).map(([code, row]) => [
    code,
    (details: Record<string, unknown>, cause?: unknown) =>
      new Fault(
        code,
        { http: row.http, message: row.message(details), retriable: row.retriable ?? false, cause },
        details,
      ),
  ]);
  return Object.fromEntries(makers) as FaultMakers<R>;
}

/** Whether `error` is an expected error, optionally the one with `code`. */
export function isFault(error: unknown, code?: string): error is Fault {
  return error instanceof Fault && (code === undefined || error.code === code);
}
