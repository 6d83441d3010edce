// What a backup is: its facts and the list of its chunks, in one object whose appearance is the
// moment the backup exists. Invariant: a manifest that decodes is exactly what was written (a
// checksum covers every byte) and belongs to the backup whose key it was found under.
import { z } from 'zod';
import { BackupError } from './backup-error';
import { chunkBytes, hashOf } from './chunk-format';
import { ChunkList, entryBytes } from './chunk-list';

const magic = Buffer.from('CKBM');
const version = 1;
const frontBytes = 9;
const checksumBytes = 32;

const count = z.int().nonnegative();

const summaryShape = z.strictObject({
  backupId: z.string(),
  /** The backup that unchanged chunks were taken from. For information: nothing depends on it. */
  parentId: z.string().nullable(),
  sizeBytes: count,
  /** Plain bytes of the chunks that are not all zeroes. */
  dataBytes: count,
  /** Bytes read from the source. */
  readBytes: count,
  /** Bytes that this backup added to the target, manifest not counted. */
  storedBytes: count,
  /** Chunks that hold data; each is one object, shared where the bytes are equal. */
  objectCount: count,
  /** Of these: stored by this backup, found stored already, taken from the parent unread. */
  newChunks: count,
  reusedChunks: count,
  inheritedChunks: count,
});

/** The facts of a backup, as when it was made. Bytes are plain bytes unless said. */
export type BackupSummary = Readonly<z.infer<typeof summaryShape>>;

/** A backup as kept in the target. */
export interface Manifest {
  readonly summary: BackupSummary;
  readonly chunks: ChunkList;
}

const headShape = z.strictObject({ chunkBytes: z.literal(chunkBytes), summary: summaryShape });

/** Key of a backup's manifest. */
export function manifestKey(backupId: string): string {
  return `backups/${backupId}`;
}

/** The object for a manifest: 36 bytes a chunk and some hundred more. */
export async function encodeManifest(manifest: Manifest): Promise<Buffer> {
  const head = Buffer.from(JSON.stringify({ chunkBytes, summary: manifest.summary }));
  const front = Buffer.alloc(frontBytes);
  magic.copy(front);
  front.writeUInt8(version, 4);
  front.writeUInt32BE(head.length, 5);
  const body = Buffer.concat([front, head, manifest.chunks.packed()]);
  return Buffer.concat([body, await hashOf(body)]);
}

/**
 * Decodes the manifest of `backupId`. Throws `damaged` when any byte is not as written, `refused`
 * when another version of this program wrote it in a form unknown here.
 */
export async function decodeManifest(stored: Uint8Array, backupId: string): Promise<Manifest> {
  const bytes = Buffer.from(stored);
  if (bytes.length < frontBytes + checksumBytes) throw damaged(backupId, 'it is cut off');
  if (!bytes.subarray(0, 4).equals(magic)) throw damaged(backupId, 'it is not a manifest');
  const body = bytes.subarray(0, bytes.length - checksumBytes);
  if (!(await hashOf(body)).equals(bytes.subarray(body.length))) {
    throw damaged(backupId, 'its checksum does not match');
  }
  // Every version keeps magic, version byte and checksum where they are.
  if (body.readUInt8(4) !== version) throw fromOtherVersion(backupId, body.readUInt8(4));
  const headEnd = frontBytes + body.readUInt32BE(5);
  const head = headShape.safeParse(parsedJson(body.subarray(frontBytes, headEnd)));
  if (!head.success) throw damaged(backupId, 'its head is not as expected');
  const { summary } = head.data;
  if (summary.backupId !== backupId) {
    throw damaged(backupId, `it belongs to backup ${summary.backupId}`);
  }
  if ((body.length - headEnd) % entryBytes !== 0)
    throw damaged(backupId, 'its list of chunks is cut off');
  const chunks = new ChunkList(body.subarray(headEnd));
  if (!chunks.isRisingBelow(Math.ceil(summary.sizeBytes / chunkBytes))) {
    throw damaged(backupId, 'its list of chunks is out of order');
  }
  return { summary, chunks };
}

function parsedJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function damaged(backupId: string, found: string): BackupError {
  return new BackupError(
    'damaged',
    `Could not use backup ${backupId}: its manifest (${manifestKey(backupId)}) is damaged: ` +
      `${found}. Restore another backup of the volume, and delete this one.`,
    { details: { backupId, key: manifestKey(backupId) } },
  );
}

function fromOtherVersion(backupId: string, found: number): BackupError {
  return new BackupError(
    'refused',
    `Could not use backup ${backupId}: its manifest has format version ${found}, expected ` +
      `${version}. Use the release of cinderkit that made it, or a later one.`,
    { details: { backupId, key: manifestKey(backupId) } },
  );
}
