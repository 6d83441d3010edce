// Moves a volume's bytes between pools whose drivers know nothing of each other, through a reader
// and a writer. Invariant: when it resolves, everything that the reader had is durable in the
// volume, and holes stayed holes: what is no data is neither read nor written.
import type { BytesOf, CallOptions, Driver } from '../drivers/driver';

const chunkBytes = 4 * 1024 * 1024;
const grainBytes = 64 * 1024;
const zeroes = Buffer.alloc(grainBytes);

/** Where bytes come from and which volume, blank so far, they go to. */
export interface Copy {
  readonly from: { readonly driver: Driver; readonly bytes: BytesOf };
  readonly to: { readonly driver: Driver; readonly volumeId: string };
}

/**
 * Copies into a blank volume at least as large as the source. Repeatable. Fails as the drivers do;
 * the volume then holds a part.
 */
export async function copyBytes(copy: Copy, options: CallOptions = {}): Promise<void> {
  const reader = await copy.from.driver.openReader(copy.from.bytes);
  try {
    const writer = await copy.to.driver.openWriter(copy.to.volumeId);
    try {
      const extents = await reader.dataExtents();
      const totalBytes = extents.reduce((sum, extent) => sum + extent.length, 0);
      const buffer = Buffer.allocUnsafe(chunkBytes);
      let doneBytes = 0;
      for (const extent of extents) {
        for (let at = 0; at < extent.length; at += chunkBytes) {
          options.signal?.throwIfAborted();
          const chunk = buffer.subarray(0, Math.min(chunkBytes, extent.length - at));
          await reader.read(extent.offset + at, chunk);
          for (const run of dataRuns(chunk)) {
            await writer.write(extent.offset + at + run.start, chunk.subarray(run.start, run.end));
          }
          doneBytes += chunk.length;
          options.onProgress?.({ doneBytes, totalBytes });
        }
      }
      await writer.flush();
    } finally {
      await writer.close();
    }
  } finally {
    await reader.close();
  }
}

/** The parts of a chunk that are not zeroes, in whole grains. */
function* dataRuns(chunk: Buffer): Generator<{ start: number; end: number }> {
  let start = -1;
  for (let at = 0; at < chunk.length; at += grainBytes) {
    const grain = chunk.subarray(at, at + grainBytes);
    const isZero = grain.equals(zeroes.subarray(0, grain.length));
    if (isZero && start >= 0) yield { start, end: at };
    if (isZero) start = -1;
    else if (start < 0) start = at;
  }
  if (start >= 0) yield { start, end: chunk.length };
}
