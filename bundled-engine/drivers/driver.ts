// The face that every kind of host storage shows to operations and backups; concrete drivers are
// met in main.ts alone. Invariants: a driver keeps bytes and knows no status, project or quota;
// what a call acknowledged survives a power cut; holes cost no space; any call may be repeated with
// the same arguments and has the same end; every failure is a DriverError (driver-error.ts).
import type { Extent } from '../host/extents';

export type { Extent } from '../host/extents';

/**
 * What one driver on this host can do. Facts found when it was opened; they do not change later.
 */
export interface Abilities {
  /** Volumes from volumes, snapshots and fitting raw images share bytes in constant time. */
  readonly clones: boolean;
  /** grow() may be called while a writer is open or the volume is attached. */
  readonly onlineGrow: boolean;
  /** revert() works; else it is refused and the caller copies. */
  readonly revert: boolean;
  /**
   * Checkpoints work and readers can tell what changed since one; else both are refused or null.
   */
  readonly checkpoints: boolean;
}

/**
 * Whether this host can serve now. `problems` says what is missing and what to do; empty when ok.
 */
export interface Health {
  readonly ok: boolean;
  readonly problems: readonly string[];
}

/**
 * Space of the pool in GiB (fractions allowed). `allocatedGib` is what this driver's files occupy.
 */
export interface Capacity {
  readonly totalGib: number;
  readonly freeGib: number;
  readonly allocatedGib: number;
}

/** A volume to make: `id` is its file name too (uuid), `sizeGib` a whole number above zero. */
export interface NewVolume {
  readonly id: string;
  readonly sizeGib: number;
}

/** Image formats that drivers take in; others are refused. An ISO's bytes are taken as raw. */
export type ImageFormat = 'raw' | 'qcow2' | 'vmdk' | 'iso';

/** An image file on this host, format as declared by its owner: never guessed, always checked. */
export interface ImageFile {
  /** Absolute path. */
  readonly path: string;
  readonly format: ImageFormat;
}

/** How a volume got its bytes: 'cloned' shares them in constant time, 'copied' moved them. */
export interface HowMade {
  readonly how: 'cloned' | 'copied';
}

/** Bytes done of bytes to do, for showing; never decreases within one call. */
export interface Progress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/**
 * Options of calls that may take long. An abort leaves nothing behind and throws the signal's
 * reason.
 */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A thing with bytes of one moment or of now. */
export type BytesOf =
  { readonly volume: string } | { readonly snapshot: string } | { readonly checkpoint: string };

/** Reads one thing as it was when the reader was opened; close() it always. */
export interface VolumeReader {
  readonly sizeBytes: number;
  /**
   * Ranges that may hold data, merged and sorted; all else reads as zeroes and need not be read.
   */
  dataExtents(): Promise<Extent[]>;
  /**
   * Ranges whose bytes may differ from the checkpoint's (those that became holes included), merged
   * and sorted; everything outside is the same for certain. Null when the driver cannot tell: no
   * such checkpoint, no common history, or a file system that hides where bytes lie.
   */
  changedSince(checkpointId: string): Promise<Extent[] | null>;
  /** Fills the whole buffer from `offset`; a range past the end is refused. May run in parallel. */
  read(offset: number, into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/**
 * Writes one volume; one writer a volume at a time. Not durable before flush(). close() it always.
 */
export interface VolumeWriter {
  readonly sizeBytes: number;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Makes the range read as zeroes and gives its space back where whole blocks allow. */
  zero(offset: number, lengthBytes: number): Promise<void>;
  /** What was written before is durable when this resolves. */
  flush(): Promise<void>;
  /** Flushes, then lets go. Repeatable. */
  close(): Promise<void>;
}

/** Where programs of this host find the bytes of an exported volume. */
export interface VolumeExport {
  /**
   * What qemu's tools open with format raw: an absolute path, or `nbd+unix:///?socket=PATH`. The
   * same again when the export is made again, also after a restart.
   */
  readonly devicePath: string;
}

/** A thing that has an id and that users see: what can be let go of and taken over again. */
export type Managed = { readonly volume: string } | { readonly snapshot: string };

/** A thing that lies in the pool under a name, and that belongs to nobody here. */
export interface Unmanaged {
  readonly kind: 'volume' | 'snapshot';
  /** Its name in the pool: letters, digits, dots, dashes and underscores. */
  readonly name: string;
  /** Size of the disk that it holds; adopt() rounds it up to whole GiB. */
  readonly sizeBytes: number;
  /** Why it cannot be taken over, for people; null when it can. */
  readonly problem: string | null;
}

/** The way between what has an id and what lies in the pool under a name. */
export interface UnmanagedThings {
  /** All that lies there, volumes first, by name. */
  list(): Promise<readonly Unmanaged[]>;
  /**
   * Takes over what lies in the pool under `name`: from then on its bytes have this id and no name.
   * `missing` when nothing has the name, `refused` when it has a problem. Success when the id has
   * bytes already.
   */
  adopt(as: Managed, name: string, options?: CallOptions): Promise<{ readonly sizeGib: number }>;
  /**
   * Takes the id from the bytes, which stay in the pool under `name`. Success when that is done
   * already; refused when the name belongs to something else.
   */
  letGo(thing: Managed, name: string): Promise<void>;
}

/** Ids of everything that has bytes here, sorted. */
export interface Inventory {
  readonly volumes: readonly string[];
  readonly snapshots: readonly string[];
  readonly checkpoints: readonly string[];
}

/**
 * Stores volume bytes on one kind of host storage. Calls that touch the same id are serial
 * (volumes-on sees to it); different ids may run in parallel. Creating what is there already under
 * the same id is success and changes nothing; removing what is gone is success. Anything may be
 * removed in any order: what others still need is kept unseen until they need it no more.
 */
export interface Driver {
  /** 'raw-file', 'qcow2', ... */
  readonly kind: string;
  readonly abilities: Abilities;
  /** Whether the host can serve now; never throws for what it finds. */
  check(): Promise<Health>;
  capacity(): Promise<Capacity>;

  /** An empty volume: all zeroes, no space. */
  createBlank(volume: NewVolume): Promise<void>;
  /**
   * Inspects the image first; refused when unsafe, of another format, or larger than the volume.
   */
  createFromImage(volume: NewVolume, image: ImageFile, options?: CallOptions): Promise<HowMade>;
  /** The volume's bytes of now. Refused when the new volume would be smaller. */
  createFromVolume(volume: NewVolume, sourceId: string, options?: CallOptions): Promise<HowMade>;
  /** The snapshot's bytes. Refused when the new volume would be smaller. */
  createFromSnapshot(
    volume: NewVolume,
    snapshotId: string,
    options?: CallOptions,
  ): Promise<HowMade>;
  /** Grows, keeping all bytes; the new part is zeroes. Refused for shrinking. */
  grow(id: string, sizeGib: number): Promise<void>;
  remove(id: string): Promise<void>;

  /** The volume's bytes of now under another id, never changed again. */
  createSnapshot(snapshotId: string, volumeId: string, options?: CallOptions): Promise<HowMade>;
  removeSnapshot(snapshotId: string): Promise<void>;
  /**
   * Gives the volume the snapshot's bytes, keeping the volume's size if larger. Ability `revert`.
   */
  revert(volumeId: string, snapshotId: string): Promise<void>;

  /** A hidden point in time for telling changes later (one a backup). Ability `checkpoints`. */
  createCheckpoint(checkpointId: string, from: BytesOf): Promise<void>;
  removeCheckpoint(checkpointId: string): Promise<void>;

  /**
   * Lets programs of this host use the volume until endExport(); what they write is in the volume.
   * With `readOnly` a server refuses writes; a plain path cannot. Where there is an export it is
   * given again, and serves writers too once one of the calls was without `readOnly`. `busy` while
   * a reader or writer is open.
   */
  startExport(volumeId: string, options: { readonly readOnly: boolean }): Promise<VolumeExport>;
  /** Ends the export, what was written being flushed; also part of remove(). */
  endExport(volumeId: string): Promise<void>;

  openReader(from: BytesOf): Promise<VolumeReader>;
  openWriter(volumeId: string): Promise<VolumeWriter>;
  /**
   * Writes the bytes as a standalone image file (sparse raw, or qcow2) to an absolute path whose
   * folder exists; a file that is there is replaced in one move.
   */
  exportImage(
    from: BytesOf,
    to: { readonly path: string; readonly format: 'raw' | 'qcow2' },
    options?: CallOptions,
  ): Promise<HowMade>;

  /**
   * Gives the volume the bytes of another one, which goes, in one durable move: a crash leaves the
   * old bytes or the new ones. Success when the other one is gone already and the volume is there.
   */
  replace(volumeId: string, byVolumeId: string): Promise<void>;

  /** What lies in the pool and belongs to nobody here, and how it comes and goes. */
  readonly unmanaged: UnmanagedThings;

  list(): Promise<Inventory>;
  /**
   * Removes what a crash left half made, and all exports. Call once after opening, before any other
   * call.
   */
  sweep(): Promise<{ readonly removed: readonly string[] }>;
  /** Lets go of all that is open. Repeatable; the driver serves no more. */
  close(): Promise<void>;
}
