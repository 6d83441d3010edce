// The bytes of a volume-backed image as a stream, read through the pool's driver. Invariant: holes
// are sent as zeroes without being read, and the reader is closed however the stream ends.
import { Readable } from 'node:stream';
import type { VolumeReader } from '../../drivers/driver';
import type { ByteRange } from '../../image-files';
import type { Extent } from '../../host/extents';

const chunkBytes = 1024 * 1024;

/** Streams `range` of what `reader` reads, and closes it at the end. */
export function volumeBytes(reader: VolumeReader, range: ByteRange): Readable {
  return Readable.from(pieces(reader, range), { objectMode: false, highWaterMark: chunkBytes });
}

async function* pieces(reader: VolumeReader, range: ByteRange): AsyncGenerator<Buffer> {
  try {
    const extents = await reader.dataExtents();
    const zeroes = Buffer.alloc(chunkBytes);
    for (let at = range.startByte; at <= range.endByte;) {
      const length = Math.min(chunkBytes, range.endByte + 1 - at);
      if (isHole(extents, at, length)) yield zeroes.subarray(0, length);
      else {
        // Fresh each time: the socket may still hold the one before.
        const chunk = Buffer.allocUnsafe(length);
        await reader.read(at, chunk);
        yield chunk;
      }
      at += length;
    }
  } finally {
    await reader.close();
  }
}

/** `extents` are sorted, so the first one that ends behind `at` decides. */
function isHole(extents: readonly Extent[], at: number, length: number): boolean {
  let low = 0;
  let high = extents.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const extent = extents[middle];
    if (extent && extent.offset + extent.length <= at) low = middle + 1;
    else high = middle;
  }
  const next = extents[low];
  return !next || next.offset >= at + length;
}
