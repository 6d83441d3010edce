// Where a new volume's bytes come from, and how they are brought in: shared at once where the
// drivers can, copied where they must. Invariant: both ways start from nothing and may be
// repeated, so that a crash in between leaves the volume blank, whole, or to be made again.
import { z } from 'zod';
import type { BytesOf, CallOptions, ImageFormat } from '../drivers/driver';
import type { Parts } from '../parts';
import { findImage } from '../records/images';
import { findSnapshot } from '../records/snapshots';
import { findVolume } from '../records/volumes';
import type { ImageRow } from '../records/rows/image-row';
import type { VolumeRow } from '../records/rows/volume-row';
import { copyBytes } from './copy-bytes';
import { driverOf, gibBytes } from './operation-context';
import { stepFaults } from './storage-faults';

/** The shape of a source as jobs record it. */
export const volumeSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('blank') }),
  z.object({ kind: z.literal('image'), imageId: z.string() }),
  z.object({ kind: z.literal('snapshot'), snapshotId: z.string() }),
  z.object({ kind: z.literal('volume'), volumeId: z.string() }),
  z.object({ kind: z.literal('backup'), backupId: z.string() }),
]);

/** A source of bytes. */
export type VolumeSource = z.infer<typeof volumeSource>;

/** How a volume got its bytes. */
export type Bytes = 'blank' | 'cloned' | 'copied';

/** A thing of a pool whose bytes are wanted. */
interface InPool {
  readonly pool: string | null;
  readonly bytes: BytesOf;
}

/** An image file on this machine. */
interface InFile {
  readonly path: string;
  readonly format: ImageFormat;
}

/** Where the bytes lie: nowhere (blank), in a pool, in a file, or in the backup store. */
export type Place =
  | { readonly at: 'nowhere' }
  | ({ readonly at: 'pool' } & InPool)
  | ({ readonly at: 'file' } & InFile)
  | { readonly at: 'backup'; readonly backupId: string };

const volumeUrl = /^cinder:\/\/(?:[^/]+\/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** The volume that cinder://VOLUME or cinder://STORE/VOLUME names; null for any other URL. */
export function volumeInUrl(url: string): string | null {
  return volumeUrl.exec(url)?.[1]?.toLowerCase() ?? null;
}

/** The volume that a volume-backed image's location names; null for any other location. */
function imageVolumeOf(image: Pick<ImageRow, 'locations'>): string | null {
  return image.locations.map(({ url }) => volumeInUrl(url)).find((id) => id !== null) ?? null;
}

/**
 * Whether an image may lend the bytes of `volume`: it belongs to the image's owner, or was written
 * for that owner by whoever owns it (metadata image_owner). Else anyone could register another's
 * volume as an image of theirs (cinder/volume/flows/manager/create_volume.py).
 */
export function mayLend(image: Pick<ImageRow, 'projectId'>, volume: VolumeRow): boolean {
  const owner = volume.metadata['image_owner'] ?? volume.adminMetadata['image_owner'];
  return volume.projectId === image.projectId || owner === image.projectId;
}

/** Finds where a source's bytes lie now. Fails with `sourceGone` or `imageUnfit`. */
export async function placeOf(parts: Parts, source: VolumeSource): Promise<Place> {
  switch (source.kind) {
    case 'blank':
      return { at: 'nowhere' };
    case 'backup':
      return { at: 'backup', backupId: source.backupId };
    case 'snapshot': {
      const snapshot = await findSnapshot(parts.database, source.snapshotId);
      if (!snapshot) throw stepFaults.sourceGone({ what: `Snapshot ${source.snapshotId}` });
      return { at: 'pool', pool: snapshot.pool, bytes: { snapshot: snapshot.id } };
    }
    case 'volume': {
      const volume = await findVolume(parts.database, source.volumeId);
      if (!volume) throw stepFaults.sourceGone({ what: `Volume ${source.volumeId}` });
      return { at: 'pool', pool: volume.pool, bytes: { volume: volume.id } };
    }
    case 'image':
      return placeOfImage(parts, source.imageId);
  }
}

async function placeOfImage(parts: Parts, imageId: string): Promise<Place> {
  const image = await findImage(parts.database, imageId);
  if (!image || image.status !== 'active') {
    throw stepFaults.sourceGone({ what: `Image ${imageId}` });
  }
  const volumeId = imageVolumeOf(image);
  if (volumeId === null) {
    return { at: 'file', path: parts.images.pathOf(imageId), format: formatOf(image) };
  }
  const volume = await findVolume(parts.database, volumeId);
  if (!volume) throw stepFaults.sourceGone({ what: `The volume of image ${imageId}` });
  if (!mayLend(image, volume)) {
    throw stepFaults.imageUnfit({
      reason: `Image ${imageId} names a volume that its owner does not own.`,
    });
  }
  return { at: 'pool', pool: volume.pool, bytes: { volume: volumeId } };
}

function formatOf(image: ImageRow): ImageFormat {
  const format = image.diskFormat;
  // An ISO is a raw disk for whoever boots it.
  if (format === 'iso') return 'raw';
  if (format === 'raw' || format === 'qcow2' || format === 'vmdk') return format;
  throw stepFaults.imageUnfit({
    reason: `Image ${image.id} has the disk format ${format ?? '(none)'}, which cannot be read.`,
  });
}

/** The pool whose drivers could share the bytes; null where that does not matter. */
export function poolOfPlace(place: Place): string | null {
  return place.at === 'pool' ? place.pool : null;
}

/** The volume to fill. */
export interface Target {
  readonly id: string;
  readonly sizeGib: number;
  readonly pool: string;
}

/**
 * Brings the bytes in without moving them where that is possible: gives null where they must be
 * copied. Repeatable.
 */
export async function shareBytes(
  parts: Parts,
  target: Target,
  place: Place,
): Promise<Bytes | null> {
  const driver = driverOf(parts, target.pool);
  if (place.at === 'nowhere') {
    await driver.createBlank(target);
    return 'blank';
  }
  if (place.at !== 'pool' || place.pool !== target.pool || !driver.abilities.clones) return null;
  const made =
    'snapshot' in place.bytes
      ? await driver.createFromSnapshot(target, place.bytes.snapshot)
      : 'volume' in place.bytes
        ? await driver.createFromVolume(target, place.bytes.volume)
        : null;
  return made?.how ?? null;
}

/** Copies the bytes into a fresh volume. Repeatable: what an earlier run left is removed first. */
export async function fillByCopy(
  parts: Parts,
  filled: { target: Target; place: Place },
  options: CallOptions,
): Promise<Bytes> {
  const { target, place } = filled;
  const driver = driverOf(parts, target.pool);
  await driver.remove(target.id);
  switch (place.at) {
    case 'nowhere':
      await driver.createBlank(target);
      return 'blank';
    case 'file': {
      const { path, format } = place;
      return (await driver.createFromImage(target, { path, format }, options)).how;
    }
    case 'pool':
      return copyWithin(parts, { target, place }, options);
    case 'backup': {
      await driver.createBlank(target);
      const writer = await driver.openWriter(target.id);
      try {
        await parts.backups.restoreBackup({
          backupId: place.backupId,
          sink: writer,
          sinkIsBlank: true,
          signal: options.signal,
        });
      } finally {
        await writer.close();
      }
      return 'copied';
    }
  }
}

async function copyWithin(
  parts: Parts,
  copied: { target: Target; place: InPool },
  options: CallOptions,
): Promise<Bytes> {
  const { target, place } = copied;
  const driver = driverOf(parts, target.pool);
  if (place.pool === target.pool && 'snapshot' in place.bytes) {
    return (await driver.createFromSnapshot(target, place.bytes.snapshot, options)).how;
  }
  if (place.pool === target.pool && 'volume' in place.bytes) {
    return (await driver.createFromVolume(target, place.bytes.volume, options)).how;
  }
  await driver.createBlank(target);
  await copyBytes(
    {
      from: { driver: driverOf(parts, place.pool), bytes: place.bytes },
      to: { driver, volumeId: target.id },
    },
    options,
  );
  return 'copied';
}

/** The smallest volume, in whole GiB, that holds `sizeBytes`. */
export function gibFor(sizeBytes: number): number {
  return Math.ceil(sizeBytes / gibBytes);
}
