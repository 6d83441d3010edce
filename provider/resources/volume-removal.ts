// Removing a volume as its resource says: with it goes nothing that was not named. Invariant: a
// volume that is to be backed up first is removed only after a backup of its present bytes is
// complete.
import { isFault } from '../../schema/kernel/fault';
import { snapshotRoutes } from '../../schema/wire/snapshots';
import { volumeRoutes } from '../../schema/wire/volumes';
import type { Scope, Values } from './adapter';
import { finalBackup } from './final-backup';
import { Refusal } from './refusal';
import { isBeingRemoved, refuseFailed, restBeforeRemoval, waitForRemoval, waitOn } from './settle';
import type { ObservedVolume } from './volume-view';
import { volumeSubject } from './volume-view';
import { markerKey, orNull } from './wire-values';

/**
 * Does what `inputs.onDelete` says: delete (the default), retain, or backup and then delete. Gone
 * already is success. Repeatable after any failure.
 */
export async function removeVolume(
  scope: Scope,
  seen: ObservedVolume,
  inputs: Values,
): Promise<void> {
  const subject = volumeSubject(seen.id, seen.inputs['name']);
  if (inputs['onDelete'] === 'retain') return retain(scope, seen);
  const observed = await restBeforeRemoval(scope, subject, seen);
  if (!observed) return;
  refuseAttached(observed, subject.name);
  if (observed.status === 'deleting') {
    await waitOn(scope, subject, { operation: 'delete' });
    return;
  }
  if (observed.status === 'error_deleting') await refuseFailed(scope, subject, observed);
  const cascade = inputs['deleteSnapshots'] === true;
  if (inputs['onDelete'] === 'backup') {
    if (!cascade) await refuseSnapshots(scope, observed, subject.name);
    await finalBackup(scope, observed);
  }
  try {
    const params = { id: observed.id };
    const query = cascade ? { cascade: 'true' } : {};
    const request = { params, query, signal: scope.signal };
    await orNull(() => scope.connection.call(volumeRoutes.deleteVolume, request));
  } catch (error) {
    if (await isBeingRemoved(scope, subject)) return waitForRemoval(scope, subject);
    if (isFault(error) && error.http === 400 && !cascade) {
      await refuseSnapshots(scope, observed, subject.name);
    }
    throw error;
  }
  await waitOn(scope, subject, { operation: 'delete', origin: observed.status });
}

async function retain({ connection, signal }: Scope, observed: ObservedVolume): Promise<void> {
  if (observed.marker === null) return;
  const request = { params: { id: observed.id, key: markerKey }, signal };
  await orNull(() => connection.call(volumeRoutes.removeVolumeMetadataKey, request));
}

function refuseAttached(observed: ObservedVolume, name: string): void {
  if (observed.servers.length === 0) return;
  throw new Refusal(
    `Cannot remove ${name}: it is attached to ${observed.servers.join(', ')}. ` +
      'Detach it there first, then run again.',
  );
}

/** Throws where the volume still has snapshots, and names them. */
async function refuseSnapshots(
  scope: Scope,
  observed: ObservedVolume,
  name: string,
): Promise<void> {
  const query = { volume_id: observed.id };
  const names: string[] = [];
  const request = { query, signal: scope.signal };
  for await (const page of scope.connection.pages(snapshotRoutes.listSnapshotsDetail, request)) {
    const mine = page.snapshots.filter((snapshot) => snapshot.volume_id === observed.id);
    names.push(...mine.map((snapshot) => `${snapshot.name ?? 'unnamed'} (${snapshot.id})`));
  }
  if (names.length === 0) return;
  throw new Refusal(
    `Cannot remove ${name}: it still has ${names.length} snapshot(s): ${names.join(', ')}. ` +
      'Remove them first, or set deleteSnapshots to true and run again to remove them with it.',
  );
}
