// What stories of operations have in common: their form, and the things that they begin with.
// Invariant: bytes are compared, not only statuses.
import { admitCreateBackup } from '../../bundled-engine/operations/admission/backup-changes';
import { admitCreateVolume } from '../../bundled-engine/operations/admission/new-volume';
import type { VolumeRequest } from '../../bundled-engine/operations/admission/new-volume';
import { admitCreateSnapshot } from '../../bundled-engine/operations/admission/snapshot-changes';
import { someBytes } from './world';
import type { World } from './world';

/** What is told of one operation. */
export interface Told {
  start(): Promise<unknown>;
  expectDone(): Promise<void>;
  expectFailed(): Promise<void>;
}

/** One story. */
export interface Story {
  readonly operation: string;
  readonly title: string;
  prepare(world: World): Promise<Told>;
}

/** A blank volume of one GiB. */
export const plain: VolumeRequest = {
  name: null,
  description: null,
  sizeGib: 1,
  volumeType: null,
  availabilityZone: null,
  metadata: {},
  imageRef: null,
  snapshotId: null,
  sourceVolumeId: null,
  backupId: null,
};

/** A volume in pool `one` with bytes of its own. */
export async function volumeWithBytes(world: World): Promise<{ id: string; bytes: Buffer }> {
  const { id } = await admitCreateVolume(world.parts, world.asker, plain);
  await world.idle();
  const bytes = someBytes();
  await world.write('one', id, bytes);
  return { id, bytes };
}

/** Starts a snapshot; gives its id. */
export async function snapshotOf(world: World, volumeId: string): Promise<string> {
  const snapshot = await admitCreateSnapshot(world.parts, world.asker, {
    volumeId,
    name: null,
    description: null,
    metadata: {},
    force: null,
    minor: 70,
  });
  return snapshot.id;
}

/** Starts a backup; gives its id. */
export async function backupOf(
  world: World,
  volumeId: string,
  incremental = false,
): Promise<string> {
  const backup = await admitCreateBackup(world.parts, world.asker, {
    volumeId,
    snapshotId: null,
    name: null,
    description: null,
    container: null,
    availabilityZone: null,
    metadata: {},
    incremental,
    force: false,
  });
  return backup.id;
}

/** Asserts that the user was told about the thing. */
export async function expectMessage(world: World, resourceId: string): Promise<void> {
  const rows = await world.database.rows('SELECT "id" FROM "messages" WHERE "resourceId" = ?', [
    resourceId,
  ]);
  expect(rows.length).toBeGreaterThan(0);
}

/** Asserts that the volume in the pool begins with the bytes. */
export async function expectBytes(
  world: World,
  pool: 'one' | 'two',
  at: { id: string; bytes: Buffer },
): Promise<void> {
  const found = await world.read(pool, { volume: at.id }, at.bytes.length);
  expect(found.equals(at.bytes)).toBe(true);
}
