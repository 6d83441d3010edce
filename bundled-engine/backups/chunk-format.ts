// One chunk as an object: a small head, then its bytes, compressed where that is smaller. The
// object's name is the sha256 of the plain bytes, so equal bytes are stored once and damage
// cannot hide. Invariant: decodeChunk gives the very bytes that were encoded, or says what is
// wrong with them.
import { webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress } from 'node:zlib';
import { errnoOf } from './backup-error';

/**
 * Size of a chunk, on a fixed grid. 1 MiB keeps a list small (36 bytes a MiB of data) and calls
 * few, while a small change stores no more than a MiB before compression. Volumes change in
 * place, so cut points that depend on content would find nothing more and would need every byte
 * read.
 */
export const chunkBytes = 1024 * 1024;

const magic = Buffer.from('CKCH');
const version = 1;
const headBytes = 10;
const roomBytes = headBytes + chunkBytes;
const codecs = { raw: 0, zstd: 1 } as const;
// Level 1 is within a tenth of level 3 in size on library files and nearly twice as fast.
const level = { [constants.ZSTD_c_compressionLevel]: 1 };

const windowLog = 21;
const sampleCount = 32;
const sampleBytes = 512;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** sha256, computed off the main thread. */
export async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<Buffer> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes));
}

/** Key of the object that holds the chunk with this hash. */
export function chunkKey(hash: Buffer): string {
  return `chunks/${hash.toString('hex')}`;
}

/** Length in bytes of the chunk at `index` of a volume: whole, but for the volume's last one. */
export function chunkLength(index: number, sizeBytes: number): number {
  return Math.min(chunkBytes, sizeBytes - index * chunkBytes);
}

/** A buffer for one chunk with room for the head in front of the plain bytes. */
export interface ChunkRoom {
  readonly whole: Buffer<ArrayBuffer>;
  /** As many bytes as the chunk has. */
  readonly plain: Buffer<ArrayBuffer>;
}

/** Room for a chunk of `lengthBytes`, in `buffer` (of roomBytes) where one is given. */
export function chunkRoom(lengthBytes: number, buffer = Buffer.alloc(roomBytes)): ChunkRoom {
  const whole = buffer.subarray(0, headBytes + lengthBytes);
  return { whole, plain: whole.subarray(headBytes) };
}

/**
 * The object for the chunk in `room`. Bytes that do not get smaller are not copied: the object is
 * then the room itself, good until that is filled again.
 */
export async function encodeChunk({ whole, plain }: ChunkRoom): Promise<Buffer> {
  const packed = isWorthCompressing(plain) ? await compressed(plain) : plain;
  const isSmaller = packed.length < plain.length;
  magic.copy(whole);
  whole.writeUInt8(version, 4);
  whole.writeUInt8(isSmaller ? codecs.zstd : codecs.raw, 5);
  whole.writeUInt32BE(plain.length, 6);
  return isSmaller ? Buffer.concat([whole.subarray(0, headBytes), packed]) : whole;
}

function compressed(plain: Uint8Array): Promise<Buffer> {
  // One output buffer that surely fits: zlib's default of 16 KiB takes five times as long.
  const chunkSize = plain.length + Math.ceil(plain.length / 128) + 1024;
  return compress(plain, { chunkSize, params: level });
}

/**
 * Whether samples from all over a large chunk get smaller. Encrypted and packed data are common,
 * and trying to compress them whole would cost as much as hashing them.
 */
function isWorthCompressing(plain: Uint8Array): boolean {
  if (plain.length < chunkBytes) return true;
  const samples = Buffer.alloc(sampleCount * sampleBytes);
  const step = Math.floor((plain.length - sampleBytes) / (sampleCount - 1));
  for (let n = 0; n < sampleCount; n += 1) {
    samples.set(plain.subarray(n * step, n * step + sampleBytes), n * sampleBytes);
  }
  const packed = zstdCompressSync(samples, { chunkSize: samples.length * 2, params: level });
  return packed.length < samples.length * 0.99;
}

/** A decoded chunk, or in words what is wrong with the object. */
export type DecodedChunk = { readonly plain: Uint8Array<ArrayBuffer> } | { readonly flaw: string };

/**
 * Decodes an object and checks length and hash of what comes out. Throws only for lack of memory.
 */
export async function decodeChunk(
  stored: Uint8Array,
  expected: { readonly hash: Buffer; readonly lengthBytes: number },
): Promise<DecodedChunk> {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const flaw = flawOfHead(bytes, expected.lengthBytes);
  if (flaw !== null) return { flaw };
  const payload = bytes.subarray(headBytes);
  const plain =
    bytes.readUInt8(5) === codecs.raw
      ? Buffer.from(payload)
      : await decompressed(payload, expected.lengthBytes);
  if (plain === null) return { flaw: 'its compressed bytes do not decode' };
  if (plain.length !== expected.lengthBytes) {
    return { flaw: `it holds ${plain.length} bytes, expected ${expected.lengthBytes}` };
  }
  const found = await hashOf(plain);
  if (!found.equals(expected.hash)) {
    return { flaw: `the sha256 of its bytes is ${found.toString('hex')}, not its name` };
  }
  return { plain };
}

function flawOfHead(bytes: Buffer, lengthBytes: number): string | null {
  if (bytes.length < headBytes) return `it is cut off after ${bytes.length} bytes`;
  if (!bytes.subarray(0, 4).equals(magic)) return 'it does not begin as a chunk does';
  if (bytes.readUInt8(4) !== version) return `its format version is ${bytes.readUInt8(4)}, not 1`;
  if (bytes.readUInt8(5) > codecs.zstd) return `its codec ${bytes.readUInt8(5)} is unknown`;
  const claimed = bytes.readUInt32BE(6);
  return claimed === lengthBytes ? null : `it claims ${claimed} bytes, expected ${lengthBytes}`;
}

async function decompressed(
  payload: Buffer,
  lengthBytes: number,
): Promise<Buffer<ArrayBuffer> | null> {
  try {
    // The bounds keep damaged bytes from asking for endless memory. No chunk needs a larger window.
    return await decompress(payload, {
      chunkSize: Math.max(lengthBytes, 64),
      maxOutputLength: lengthBytes,
      params: { [constants.ZSTD_d_windowLogMax]: windowLog },
    });
  } catch (error) {
    if (errnoOf(error) === 'ZSTD_error_memory_allocation') throw error;
    return null;
  }
}
