// Writes files so that nobody ever sees half of one: aside, then renamed over the old one.
// Invariant: a file that is as wanted is not touched, so that repeating changes nothing.
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file's content and its mode. */
export interface WantedFile {
  readonly bytes: Buffer;
  readonly mode: number;
}

/** What came of it: whether the file was there as wanted, was another, or was not there. */
export type Written = 'kept' | 'replaced' | 'made';

/** Sees to it that a file is as wanted, its folder included. Throws what the system says. */
export function writeWhole(file: string, { bytes, mode }: WantedFile): Written {
  const before = readBytes(file);
  if (before?.equals(bytes)) {
    chmodSync(file, mode);
    return 'kept';
  }
  mkdirSync(dirname(file), { recursive: true });
  // Its name must not begin like a provider's: both programs run the first that does.
  const aside = join(dirname(file), `.cinderkit-${randomUUID()}`);
  try {
    writeFileSync(aside, bytes, { mode, flush: true });
    // The mode above is narrowed by the user's umask.
    chmodSync(aside, mode);
    renameSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
  return before === null ? 'made' : 'replaced';
}

/** A file's bytes, null when it cannot be read. */
export function readBytes(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
