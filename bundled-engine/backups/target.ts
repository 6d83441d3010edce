// Where backups are kept, reduced to what any place of objects can do, so that a folder, S3 or
// Swift differ in one file each. Invariant: an object appears whole or not at all under its key,
// and a key names one folder-like prefix and one plain name, so that no key can lead outside the
// target.
import { BackupError } from './backup-error';

/**
 * A place of objects. Every call may be repeated. Failures are BackupErrors: `full`, `unavailable`,
 * `refused` (bad key), or from get() `damaged` when the medium cannot give the bytes back.
 */
export interface BackupTarget {
  /** For people: where this is ("folder /srv/backups"). */
  readonly name: string;
  /** Stores or replaces an object; durable when it resolves. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** As put(), but durable only after the next settle() that resolves. */
  stage(key: string, bytes: Uint8Array): Promise<void>;
  /** Makes everything staged so far durable. */
  settle(): Promise<void>;
  /** The object's bytes, or null where there is none. */
  get(key: string): Promise<Uint8Array | null>;
  has(key: string): Promise<boolean>;
  /** Gone already is success. Gone for good when it resolves. */
  remove(key: string): Promise<void>;
  /** As remove(), but a power cut may bring the object back. */
  discard(key: string): Promise<void>;
  /** Keys that begin with `prefix` ("chunks/"), in no order. */
  list(prefix: string): AsyncIterable<string>;
  /** Sum of the objects' bytes. */
  usedBytes(): Promise<number>;
  /** Removes what interrupted writes of earlier processes left. Never touches an object. */
  sweep(): Promise<void>;
}

const keyPattern = /^[a-z]+\/[A-Za-z0-9][A-Za-z0-9._-]{1,127}$/;

/** Throws `refused` unless the key is "prefix/name": lower-case prefix, plain name of 2 to 128. */
export function assertKey(key: string): void {
  if (keyPattern.test(key)) return;
  throw new BackupError(
    'refused',
    `Could not use the object key ${JSON.stringify(key)}: expected "prefix/name" with a name of ` +
      '2 to 128 letters, digits, dots, dashes and underscores. Choose an id of these characters.',
  );
}
