// What a backup reads from and restores to. Backups know no driver: a driver's readers and
// writers fit these shapes as they are, and so does anything else that has bytes. Invariant: what
// lies outside the data extents reads as zeroes and is never read.
import type { Extent } from '../host/extents';

/** Bytes of one unchanging moment. The caller opens and closes it. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Ranges that may hold data; all else is zeroes. Any order. */
  dataExtents(): Promise<readonly Extent[]>;
  /** Fills the whole buffer from `offset`. Called in parallel. */
  read(offset: number, into: Uint8Array): Promise<void>;
}

/** Where restored bytes go. Calls come one at a time, in rising order. The caller closes it. */
export interface ByteSink {
  readonly sizeBytes: number;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Makes the range read as zeroes, without space where possible. */
  zero(offset: number, lengthBytes: number): Promise<void>;
  /** What was written is durable when this resolves. */
  flush(): Promise<void>;
}

/** Bytes done of bytes to do; never decreases within one call. */
export interface BackupProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}
