// What belongs to a group, and how all of it is seen at one moment. Invariant: bytes that were
// taken of several volumes are those of one moment as far as this engine can tell: no volume was
// attached, detached, resized or written by a job between the first and the last of them.
import type { Parts } from '../parts';
import type { Db } from '../records/database';
import type { SnapshotRow } from '../records/rows/snapshot-row';
import type { Volume } from '../records/rows/volume-row';
import { findGroupType } from '../records/group-types';
import { isUnknownMarker } from '../records/table';
import { listSnapshots } from '../records/snapshots';
import { listVolumes } from '../records/volumes';
import { stepFaults } from './storage-faults';

/** The subject of every job that works on a group, so that they run one after another. */
export function groupSubject(groupId: string): string {
  return `group/${groupId}`;
}

const oldestFirst = [{ key: 'createdAt', direction: 'asc' }] as const;

/** The volumes of a group, oldest first. */
export async function volumesOfGroup(db: Db, groupId: string): Promise<Volume[]> {
  const filters = { groupId };
  const page = await listVolumes(db, { projectId: null, filters, sort: oldestFirst });
  return isUnknownMarker(page) ? [] : page.rows;
}

/** The snapshots of which a group snapshot is made, oldest first. */
export async function snapshotsOfGroupSnapshot(db: Db, id: string): Promise<SnapshotRow[]> {
  const filters = { groupSnapshotId: id };
  const page = await listSnapshots(db, { projectId: null, filters, sort: oldestFirst });
  return isUnknownMarker(page) ? [] : page.rows;
}

/**
 * Whether a snapshot of these volumes is what their group's type promises. A volume that no server
 * uses stands still, and one that is used is a moment of its own; of two that are used, a type that
 * promises one moment for all cannot have it.
 */
export async function keepsPromise(
  db: Db,
  groupTypeId: string,
  volumes: readonly Pick<Volume, 'attachStatus'>[],
): Promise<boolean> {
  if (volumes.filter(({ attachStatus }) => attachStatus !== 'detached').length < 2) return true;
  const type = await findGroupType(db, groupTypeId, { isAdmin: true });
  return type?.groupSpecs['consistent_group_snapshot_enabled'] !== '<is> True';
}

/** Statuses in which no job of this engine writes into a volume or changes its size. */
export const steadyStatuses: readonly string[] = [
  'available',
  'in-use',
  'reserved',
  'attaching',
  'detaching',
  'uploading',
  'backing-up',
  'awaiting-transfer',
];

/** Every change of a volume that matters here comes with another status or size. */
async function markOf(db: Db, volumeIds: readonly string[]): Promise<string | null> {
  const holes = volumeIds.map(() => '?').join(', ');
  const rows = await db.rows(
    'SELECT "id", "status", "attachStatus", "sizeGib", "updatedAt" FROM "volumes" ' +
      `WHERE "id" IN (${holes}) ORDER BY "id"`,
    [...volumeIds],
  );
  const isSteady = rows.every(({ status }) => steadyStatuses.includes(String(status)));
  return isSteady && rows.length === volumeIds.length ? JSON.stringify(rows) : null;
}

const tries = 5;

/**
 * Takes the bytes of several volumes as they are at one moment. Order: what an earlier try (also
 * one before a crash) has taken is dropped, the volumes' state is noted, all are taken, the state
 * is looked at again. Where it is the same, no volume was written in between that was not attached
 * all the time, so the moment is any between the two looks; where it is not, all is dropped and
 * taken anew. Servers that write to several attached volumes meanwhile are not held up: of those
 * each volume is as after a crash of its own (admission refuses it where a group promises more).
 * Fails with `storageBusy` where the volumes do not come to rest. Repeatable.
 */
export async function atOneMoment(
  parts: Parts,
  volumeIds: readonly string[],
  how: { readonly take: () => Promise<void>; readonly drop: () => Promise<void> },
): Promise<void> {
  for (let count = 0; count < tries; count += 1) {
    await how.drop();
    const before = await markOf(parts.database, volumeIds);
    if (before === null) break;
    await how.take();
    if ((await markOf(parts.database, volumeIds)) === before) return;
  }
  await how.drop();
  throw stepFaults.storageBusy({});
}
