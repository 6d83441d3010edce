// Finds the things that a caller names, as far as the caller may know of them. Invariant: a thing
// of another project is as absent as one that does not exist (404), save for administrators; the
// engine's own hidden volumes can be changed by nobody (cinder/volume/api.py get).
import { savedFaults, typeFaults, volumeFaults } from '../../../schema/faults';
import { findBackup } from '../../records/backups';
import type { Db } from '../../records/database';
import type { Backup } from '../../records/rows/backup-row';
import type { SnapshotRow } from '../../records/rows/snapshot-row';
import type { VolumeTypeRow } from '../../records/rows/volume-type-row';
import type { Volume } from '../../records/rows/volume-row';
import { findSnapshot } from '../../records/snapshots';
import { findVolumeType, findVolumeTypeByName } from '../../records/volume-types';
import { findVolume } from '../../records/volumes';

/** Who looks. */
export interface Viewer {
  readonly projectId: string;
  readonly isAdmin: boolean;
}

function ownerFor(viewer: Viewer): { projectId: string | null } {
  return { projectId: viewer.isAdmin ? null : viewer.projectId };
}

/** The volume, or volumeNotFound. */
export async function ownVolume(db: Db, viewer: Viewer, id: string): Promise<Volume> {
  const volume = await findVolume(db, id.toLowerCase(), ownerFor(viewer));
  if (!volume) throw volumeFaults.volumeNotFound({ id });
  return volume;
}

/** The volume for a change; the hidden volume of an image is refused. */
export async function changeableVolume(db: Db, viewer: Viewer, id: string): Promise<Volume> {
  const volume = await ownVolume(db, viewer, id);
  if (!volume.isInternal) return volume;
  const image = volume.metadata['glance_image_id'] ?? 'unknown';
  throw volumeFaults.invalidVolume({
    reason: `Volume ${id} holds the bytes of image ${image} and goes with that image.`,
  });
}

/** The snapshot, or snapshotNotFound. */
export async function ownSnapshot(db: Db, viewer: Viewer, id: string): Promise<SnapshotRow> {
  const snapshot = await findSnapshot(db, id.toLowerCase(), ownerFor(viewer));
  if (!snapshot) throw savedFaults.snapshotNotFound({ id });
  return snapshot;
}

/** The backup, or backupNotFound. */
export async function ownBackup(db: Db, viewer: Viewer, id: string): Promise<Backup> {
  const backup = await findBackup(db, id.toLowerCase(), ownerFor(viewer));
  if (!backup) throw savedFaults.backupNotFound({ id });
  return backup;
}

const uuid = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** The type of this id or name that the viewer may use, or a 404. */
export async function usableType(db: Db, viewer: Viewer, nameOrId: string): Promise<VolumeTypeRow> {
  const seen = { viewerProjectId: viewer.isAdmin ? null : viewer.projectId };
  const byId = uuid.test(nameOrId) ? await findVolumeType(db, nameOrId, seen) : undefined;
  const type = byId ?? (await findVolumeTypeByName(db, nameOrId, seen));
  if (type) return type;
  if (uuid.test(nameOrId)) throw typeFaults.typeNotFound({ id: nameOrId });
  throw typeFaults.typeNameNotFound({ name: nameOrId });
}
