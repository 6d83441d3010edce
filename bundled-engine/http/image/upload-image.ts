// Takes in an image's bytes as a stream: to a temporary file, hashed on the way, inspected in
// process, published in one move. Invariant: an image is active exactly when its whole bytes are
// durable and passed the inspection; anything else puts it back to queued and leaves no file.
import type { Readable } from 'node:stream';
import { errnoOf } from '../../host/error-facts';
import { inspectImage } from '../../host/inspect-image';
import type { ImageFacts } from '../../image-files';
import type { Parts } from '../../parts';
import { findImage, updateImage } from '../../records/images';
import type { ImageRow } from '../../records/rows/image-row';
import { transition } from '../../records/transition';
import { isFault } from '../../../schema/kernel/fault';
import { imageFaults } from './image-faults';
import { whyUnacceptable } from './judge-content';

/**
 * Stores `bytes` as those of `image`. Fails with 409 unless it is queued, 400 for bytes that end
 * early or are refused, 413 for a full disk, 410 where the image was deleted meanwhile.
 */
export async function uploadImage(
  parts: Parts,
  image: ImageRow,
  bytes: { readonly stream: Readable; readonly declaredBytes: number | null },
): Promise<void> {
  assertFormats(image);
  const isTaken = await transition(parts.database, 'images', image.id, {
    from: ['queued'],
    to: 'saving',
  });
  if (!isTaken) throw imageFaults.transitionRefused({ from: image.status, to: 'saving' });
  const path = parts.images.temporaryPath(image.id);
  try {
    const facts = await receive(parts, image, { ...bytes, path });
    const virtualSizeBytes = await judge(image, path);
    await publish(parts, image, { path, facts, virtualSizeBytes });
  } catch (error) {
    await parts.images.discard(path);
    await transition(parts.database, 'images', image.id, { from: ['saving'], to: 'queued' });
    throw error;
  }
}

function assertFormats(image: ImageRow): void {
  const keys = [
    ...(image.diskFormat === null ? ['disk_format'] : []),
    ...(image.containerFormat === null ? ['container_format'] : []),
  ];
  if (keys.length > 0) throw imageFaults.formatsMissing({ keys });
}

async function receive(
  parts: Parts,
  image: ImageRow,
  from: { readonly stream: Readable; readonly declaredBytes: number | null; readonly path: string },
): Promise<ImageFacts> {
  const { id } = image;
  let facts: ImageFacts;
  try {
    // Not destroyed on failure: the rest of it must be read off the connection first.
    const bytes = from.stream.iterator({ destroyOnReturn: false });
    facts = await parts.images.receive(from.path, bytes);
  } catch (error) {
    if (isFullDisk(error)) throw imageFaults.storageFull({ id }, error);
    // The sender went away: there is nobody to tell, but the log and the status tell the truth.
    if (from.stream.destroyed && !from.stream.readableEnded)
      throw imageFaults.truncated({ id }, error);
    throw error;
  }
  const { declaredBytes } = from;
  if (declaredBytes !== null && declaredBytes !== facts.sizeBytes) {
    throw imageFaults.truncated({ id });
  }
  return facts;
}

/**
 * Looks at the bytes; gives the size of the disk that they describe, null where that is not
 * known.
 */
async function judge(image: ImageRow, path: string): Promise<number | null> {
  const inspection = await inspectImage(path);
  const reason = whyUnacceptable(image, inspection);
  if (reason !== null) throw imageFaults.contentRefused({ id: image.id, reason });
  return image.containerFormat === 'bare' ? inspection.virtualSizeBytes : null;
}

async function publish(
  parts: Parts,
  image: ImageRow,
  kept: {
    readonly path: string;
    readonly facts: ImageFacts;
    readonly virtualSizeBytes: number | null;
  },
): Promise<void> {
  const { id } = image;
  await parts.images.keep(id, kept.path);
  try {
    await parts.database.transaction(async (tx) => {
      const { sizeBytes, md5, sha512 } = kept.facts;
      await updateImage(tx, id, {
        sizeBytes,
        virtualSizeBytes: kept.virtualSizeBytes,
        checksum: md5,
        hashAlgorithm: 'sha512',
        hashValue: sha512,
      });
      if (await transition(tx, 'images', id, { from: ['saving'], to: 'active' })) return;
      const found = await findImage(tx, id);
      if (!found) throw imageFaults.gone({ id });
      throw imageFaults.transitionRefused({ from: found.status, to: 'active' });
    });
  } catch (error) {
    // Only where the records say so: an image that is active keeps its file whatever failed.
    if (isFault(error)) await parts.images.remove(id);
    throw error;
  }
}

function isFullDisk(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(errnoOf(error) ?? '');
}
