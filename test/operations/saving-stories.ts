// Stories of snapshots and backups. Invariant: bytes are compared, not only statuses.
import {
  admitDeleteBackup,
  admitRestoreBackup,
} from '../../bundled-engine/operations/admission/backup-changes';
import { admitImportBackup } from '../../bundled-engine/operations/admission/import-backup-record';
import { admitDeleteSnapshot } from '../../bundled-engine/operations/admission/snapshot-changes';
import { findBackup } from '../../bundled-engine/records/backups';
import { newUuid } from '../../bundled-engine/records/new-id';
import { findSnapshot } from '../../bundled-engine/records/snapshots';
import { findVolume } from '../../bundled-engine/records/volumes';
import { backupOf, expectBytes, expectMessage, snapshotOf, volumeWithBytes } from './telling';
import type { Story } from './telling';
import { someBytes } from './world';
import type { World } from './world';

/** Stories of snapshots. */
export const snapshotStories: readonly Story[] = [
  {
    operation: 'create-snapshot',
    title: 'of a volume',
    async prepare(world) {
      const { id, bytes } = await volumeWithBytes(world);
      let snapshotId = '';
      return {
        start: async () => (snapshotId = await snapshotOf(world, id)),
        async expectDone() {
          const snapshot = await findSnapshot(world.database, snapshotId);
          expect(snapshot).toMatchObject({ status: 'available', progress: '100%' });
          const held = await world.read('one', { snapshot: snapshotId }, bytes.length);
          expect(held.equals(bytes)).toBe(true);
        },
        async expectFailed() {
          expect((await findSnapshot(world.database, snapshotId))?.status).toBe('error');
          expect((await world.parts.pools[0]?.driver.list())?.snapshots).toEqual([]);
          await expectMessage(world, snapshotId);
        },
      };
    },
  },
  {
    operation: 'delete-snapshot',
    title: 'of a volume',
    async prepare(world) {
      const { id, bytes } = await volumeWithBytes(world);
      const snapshotId = await snapshotOf(world, id);
      return {
        start: () => admitDeleteSnapshot(world.parts, world.asker, { snapshotId, force: false }),
        async expectDone() {
          expect(await findSnapshot(world.database, snapshotId)).toBeUndefined();
          expect((await world.parts.pools[0]?.driver.list())?.snapshots).toEqual([]);
          await expectBytes(world, 'one', { id, bytes });
        },
        async expectFailed() {
          expect((await findSnapshot(world.database, snapshotId))?.status).toBe('error_deleting');
          await expectBytes(world, 'one', { id, bytes });
          await expectMessage(world, snapshotId);
        },
      };
    },
  },
];

/** Stories of backups. */
export const backupStories: readonly Story[] = [
  {
    operation: 'create-backup',
    title: 'as an increment',
    async prepare(world) {
      const { id } = await volumeWithBytes(world);
      const parentId = await backupOf(world, id);
      await world.idle();
      const bytes = someBytes();
      await world.write('one', id, bytes);
      let backupId = '';
      return {
        start: async () => (backupId = await backupOf(world, id, true)),
        async expectDone() {
          const backup = await findBackup(world.database, backupId);
          expect(backup).toMatchObject({ status: 'available', parentId, failReason: null });
          expect((await findVolume(world.database, id))?.status).toBe('available');
          expect((await world.parts.backups.verifyBackup({ backupId })).problems).toEqual([]);
        },
        async expectFailed() {
          const backup = await findBackup(world.database, backupId);
          expect(backup?.status).toBe('error');
          expect(backup?.failReason).not.toBeNull();
          expect((await findVolume(world.database, id))?.status).toBe('available');
          expect(await world.parts.backups.listBackups()).toEqual([parentId]);
          await expectMessage(world, backupId);
        },
      };
    },
  },
  {
    operation: 'restore-backup',
    title: 'onto a volume',
    async prepare(world) {
      const { id, bytes } = await volumeWithBytes(world);
      const backupId = await backupOf(world, id);
      await world.idle();
      await world.write('one', id, someBytes());
      const request = { backupId, volumeId: id, name: null };
      return {
        start: () => admitRestoreBackup(world.parts, world.asker, request),
        async expectDone() {
          expect((await findVolume(world.database, id))?.status).toBe('available');
          expect((await findBackup(world.database, backupId))?.status).toBe('available');
          await expectBytes(world, 'one', { id, bytes });
        },
        async expectFailed() {
          expect((await findVolume(world.database, id))?.status).toBe('error_restoring');
          expect((await findBackup(world.database, backupId))?.status).toBe('available');
          await expectMessage(world, id);
        },
      };
    },
  },
  {
    operation: 'delete-backup',
    title: 'of a volume',
    async prepare(world) {
      const { id } = await volumeWithBytes(world);
      const backupId = await backupOf(world, id);
      return {
        start: () => admitDeleteBackup(world.parts, world.asker, { backupId, force: false }),
        async expectDone() {
          expect(await findBackup(world.database, backupId)).toBeUndefined();
          expect(await world.parts.backups.usedBytes()).toBe(0);
        },
        async expectFailed() {
          expect((await findBackup(world.database, backupId))?.status).toBe('error_deleting');
          await expectMessage(world, backupId);
        },
      };
    },
  },
  {
    operation: 'import-backup',
    title: 'under another id, on the bytes of a backup that goes afterwards',
    async prepare(world) {
      const { id: volumeId, bytes } = await volumeWithBytes(world);
      const bytesId = await backupOf(world, volumeId);
      await world.idle();
      const id = newUuid();
      const record = { ...recordOf(bytesId, volumeId), id };
      const service = 'folder';
      return {
        start: () => admitImportBackup(world.parts, world.asker, { service, record }),
        async expectDone() {
          expect((await findBackup(world.database, id))?.status).toBe('available');
          await expectRestorable(world, { backupId: bytesId, volumeId, bytes });
          const request = { backupId: bytesId, force: false };
          await admitDeleteBackup(world.parts, world.asker, request);
          await world.idle();
          expect(await world.parts.backups.listBackups()).toEqual([id]);
          await expectRestorable(world, { backupId: id, volumeId, bytes });
        },
        async expectFailed() {
          const backup = await findBackup(world.database, id);
          expect(backup?.status).toBe('error');
          expect(backup?.failReason).not.toBeNull();
          expect(await world.parts.backups.listBackups()).toEqual([bytesId]);
          await expectMessage(world, id);
        },
      };
    },
  },
];

type Imported = Parameters<typeof admitImportBackup>[2]['record'];

function recordOf(bytesId: string, volumeId: string): Omit<Imported, 'id'> {
  return {
    bytesId,
    volumeId,
    sizeGib: 1,
    parentId: null,
    snapshotId: null,
    dataTimestamp: null,
    described: { name: null, description: null, container: null, metadata: {} },
    volumeData: null,
  };
}

async function expectRestorable(
  world: World,
  of: { backupId: string; volumeId: string; bytes: Buffer },
): Promise<void> {
  const { backupId, volumeId, bytes } = of;
  await world.write('one', volumeId, someBytes());
  await admitRestoreBackup(world.parts, world.asker, { backupId, volumeId, name: null });
  await world.idle();
  await expectBytes(world, 'one', { id: volumeId, bytes });
}
