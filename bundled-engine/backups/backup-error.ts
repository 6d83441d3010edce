// How the backup store says no. Every expected failure is classified here once, so that
// operations choose a status and a fault by `code` and nobody reads texts. Invariant: a message
// tells what could not be done, to which thing, what was found, what was expected and what to do
// next.

/**
 * Why it could not be done: `damaged` stored bytes are not what was stored; `missing` a backup or
 * a chunk is not in the target; `full` the target has no space or quota left; `unavailable` the
 * target cannot be reached or does not let us in; `refused` the request can never work as asked.
 */
export type BackupErrorCode = 'damaged' | 'missing' | 'full' | 'unavailable' | 'refused';

/** Where it happened, as far as known. `offset` is the chunk's first byte in the volume. */
export interface BackupErrorDetails {
  readonly backupId?: string;
  readonly key?: string;
  readonly offset?: number;
}

/** A classified failure of the backup store. Match on `code`, never on the text. */
export class BackupError extends Error {
  readonly code: BackupErrorCode;
  readonly details: BackupErrorDetails;

  constructor(
    code: BackupErrorCode,
    message: string,
    more: { readonly details?: BackupErrorDetails; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'BackupError';
    this.code = code;
    this.details = more.details ?? {};
  }
}

/** Whether a value is a BackupError with one of these codes (with any when none is named). */
export function isBackupError(value: unknown, ...codes: BackupErrorCode[]): value is BackupError {
  return value instanceof BackupError && (codes.length === 0 || codes.includes(value.code));
}

/**
 * The errno name ("ENOSPC") or code of an error of Node's, else undefined. Asks for the property
 * and not for the class: an error may come from another realm, where `Error` is another object.
 */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What an error says, of whatever realm and kind. */
export function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  return String(error.message);
}
