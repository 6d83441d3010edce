// Reading and writing a volume that is one raw file. Invariant: a reader shows the file that it
// opened, even when that is renamed over or removed meanwhile; a writer's holes are real holes
// where the file system has them.
import { open, type FileHandle } from 'node:fs/promises';
import { errnoOf } from '../host/error-facts';
import { changedExtents } from '../host/shared-extents';
import { dataExtents, readFully, writeFully, zeroRange } from '../host/sparse';
import type { VolumeReader, VolumeWriter } from './driver';
import { classified } from './driver-error';
import { assertInside } from './sizes';

/**
 * Opens a raw file for reading. `checkpointPath` says where the file of a checkpoint lies (null
 * where this driver has none).
 */
export async function openRawReader(
  path: string,
  checkpointPath: (checkpointId: string) => string | null,
): Promise<VolumeReader> {
  const file = await open(path, 'r');
  const { size: sizeBytes } = await file.stat();
  const close = closeOnce(file);
  return {
    sizeBytes,
    close,
    dataExtents: () =>
      classified(`cannot map ${path}`, async () => (await dataExtents(file)).extents),
    changedSince: (checkpointId) =>
      classified(`cannot compare ${path} with checkpoint ${checkpointId}`, async () => {
        const base = await openIfThere(checkpointPath(checkpointId));
        if (base === null) return null;
        try {
          return await changedExtents(base, file);
        } finally {
          await base.close();
        }
      }),
    async read(offset, into) {
      assertInside(sizeBytes, offset, into.length);
      await classified(`cannot read ${path}`, () => readFully(file, into, offset));
    },
  };
}

/** Opens a raw file for writing; its size stays. */
export async function openRawWriter(path: string): Promise<VolumeWriter> {
  const file = await open(path, 'r+');
  const { size: sizeBytes } = await file.stat();
  const what = `cannot write ${path}`;
  const flush = (): Promise<void> => classified(what, () => file.sync());
  const release = closeOnce(file);
  let closed = false;
  return {
    sizeBytes,
    flush,
    async write(offset, bytes) {
      assertInside(sizeBytes, offset, bytes.length);
      await classified(what, () => writeFully(file, bytes, offset));
    },
    async zero(offset, lengthBytes) {
      assertInside(sizeBytes, offset, lengthBytes);
      await classified(what, () => zeroRange(file, { offset, length: lengthBytes }));
    },
    async close() {
      if (closed) return;
      closed = true;
      try {
        await flush();
      } finally {
        await release();
      }
    },
  };
}

async function openIfThere(path: string | null): Promise<FileHandle | null> {
  if (path === null) return null;
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function closeOnce(file: FileHandle): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => (closed ??= file.close());
}
