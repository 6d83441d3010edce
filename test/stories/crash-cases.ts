// How each operation is asked for by the API, and what is true once it has ended well. An engine
// that is killed in it must come to the same end. Invariant: bytes are compared, not only statuses.
import { join } from 'node:path';
import { expectSameBytes, recordsOf } from '../support/engine-truth';
import type { CrashLane } from './crash-lane';

/** One way to one operation. */
export interface CrashCase {
  readonly operation: string;
  readonly title: string;
  /** Makes what it needs; gives how it is started and what is true at its end. */
  prepare(lane: CrashLane): Promise<{
    start(): Promise<unknown>;
    expectDone(): Promise<void>;
  }>;
}

/** A volume made from something, with the bytes of the first disk; null for a blank one. */
function creation(
  title: string,
  source: (lane: CrashLane) => Promise<Readonly<Record<string, unknown>>>,
): CrashCase {
  return {
    operation: 'create-volume',
    title,
    async prepare(lane) {
      const asked = await source(lane);
      const volume = { size: 1, volume_type: 'main', name: 'made', ...asked };
      return {
        start: () => lane.member.volume('POST', '/volumes', { volume }),
        async expectDone() {
          const { id } = await lane.named('volumes', 'made');
          await lane.expectStatus('volumes', id, 'available');
          if (title !== 'blank') lane.expectDisk('volumes', id, lane.first);
        },
      };
    },
  };
}

const filled = (lane: CrashLane): Promise<string> => lane.volume({ imageRef: lane.first.imageId });

const creations: readonly CrashCase[] = [
  creation('blank', async () => ({})),
  creation('from an image', async (lane) => ({ imageRef: lane.first.imageId })),
  creation('from a snapshot', async (lane) => ({
    snapshot_id: await lane.snapshot(await filled(lane)),
  })),
  creation('from a volume of another pool', async (lane) => ({
    source_volid: await lane.volume({ imageRef: lane.first.imageId, volume_type: 'other' }),
  })),
  creation('from a backup', async (lane) => ({ backup_id: await lane.backup(await filled(lane)) })),
];

const deletion: CrashCase = {
  operation: 'delete-volume',
  title: 'with its snapshot, while its backup stays',
  async prepare(lane) {
    const id = await filled(lane);
    const [snapshotId, backupId] = [await lane.snapshot(id), await lane.backup(id)];
    return {
      start: () => lane.member.volume('DELETE', `/volumes/${id}?cascade=true`),
      async expectDone() {
        await lane.expectGone('volumes', id);
        await lane.expectGone('snapshots', snapshotId);
        lane.expectDisk('volumes', await lane.volume({ backup_id: backupId }), lane.first);
      },
    };
  },
};

const imageVolumeDeletion: CrashCase = {
  operation: 'delete-image-volume',
  title: 'of an image that volumes were made of',
  async prepare(lane) {
    const id = await filled(lane);
    const imageId = await uploaded(lane, id, 'raw');
    const clone = await lane.volume({ imageRef: imageId });
    return {
      start: () => lane.member.image('DELETE', `/${imageId}`),
      async expectDone() {
        expect((await lane.member.image('GET', `/${imageId}`)).status).toBe(404);
        const hidden = 'SELECT "id" FROM "volumes" WHERE "isInternal" = 1';
        expect(recordsOf(lane.engine.dataFolder, hidden)).toEqual([]);
        lane.expectDisk('volumes', clone, lane.first);
      },
    };
  },
};

const extension: CrashCase = {
  operation: 'extend-volume',
  title: 'by two GiB',
  async prepare(lane) {
    const id = await filled(lane);
    const body = { 'os-extend': { new_size: 3 } };
    return {
      start: () => lane.member.volume('POST', `/volumes/${id}/action`, body),
      async expectDone() {
        await lane.expectStatus('volumes', id, 'available');
        expect((await lane.ask(200, 'GET', `/volumes/${id}`)).volume.size).toBe(3);
        lane.expectDisk('volumes', id, lane.first);
      },
    };
  },
};

const retype: CrashCase = {
  operation: 'retype-volume',
  title: 'to another pool',
  async prepare(lane) {
    const id = await filled(lane);
    const body = { 'os-retype': { new_type: 'other', migration_policy: 'on-demand' } };
    return {
      start: () => lane.member.volume('POST', `/volumes/${id}/action`, body),
      async expectDone() {
        await lane.expectStatus('volumes', id, 'available');
        expect((await lane.ask(200, 'GET', `/volumes/${id}`)).volume.volume_type).toBe('other');
        const sql = `SELECT "pool" FROM "volumes" WHERE "id" = '${id}'`;
        expect(recordsOf(lane.engine.dataFolder, sql)).toEqual([{ pool: 'other' }]);
        lane.expectDisk('volumes', id, lane.first);
      },
    };
  },
};

const uploadBody = (format: string): object => ({
  'os-volume_upload_image': {
    image_name: 'made',
    disk_format: format,
    container_format: 'bare',
    visibility: 'private',
  },
});

async function uploaded(lane: CrashLane, volumeId: string, format: string): Promise<string> {
  await lane.ask(202, 'POST', `/volumes/${volumeId}/action`, uploadBody(format));
  await lane.settled();
  return (await lane.member.image('GET', '?name=made')).body.images[0].id;
}

function upload(title: string, format: 'raw' | 'qcow2'): CrashCase {
  return {
    operation: 'upload-volume',
    title,
    async prepare(lane) {
      const id = await filled(lane);
      return {
        start: () => lane.member.volume('POST', `/volumes/${id}/action`, uploadBody(format)),
        async expectDone() {
          await lane.expectStatus('volumes', id, 'available');
          lane.expectDisk('volumes', id, lane.first);
          const { images } = (await lane.member.image('GET', '?name=made')).body;
          expect(images).toMatchObject([{ status: 'active' }]);
          const { dataFolder } = lane.engine;
          const hidden = 'SELECT "id" FROM "volumes" WHERE "isInternal" = 1';
          const [backing] = recordsOf(dataFolder, hidden);
          if (backing) return lane.expectDisk('volumes', String(backing['id']), lane.first);
          const path = join(dataFolder, 'images', images[0].id);
          expectSameBytes({ path, format }, lane.first.file);
        },
      };
    },
  };
}

const snapshots: readonly CrashCase[] = [
  {
    operation: 'create-snapshot',
    title: 'of a volume',
    async prepare(lane) {
      const snapshot = { volume_id: await filled(lane), name: 'made' };
      return {
        start: () => lane.member.volume('POST', '/snapshots', { snapshot }),
        async expectDone() {
          const { id } = await lane.named('snapshots', 'made');
          await lane.expectStatus('snapshots', id, 'available');
          lane.expectDisk('snapshots', id, lane.first);
        },
      };
    },
  },
  {
    operation: 'delete-snapshot',
    title: 'that a volume was made of',
    async prepare(lane) {
      const id = await filled(lane);
      const snapshotId = await lane.snapshot(id);
      const clone = await lane.volume({ snapshot_id: snapshotId });
      return {
        start: () => lane.member.volume('DELETE', `/snapshots/${snapshotId}`),
        async expectDone() {
          await lane.expectGone('snapshots', snapshotId);
          for (const kept of [id, clone]) lane.expectDisk('volumes', kept, lane.first);
        },
      };
    },
  },
];

/** A volume with a backup of the first disk's bytes, which holds those of the second by now. */
async function changed(lane: CrashLane): Promise<{ id: string; backupId: string }> {
  const id = await filled(lane);
  const backupId = await lane.backup(id);
  const other = await lane.volume({ imageRef: lane.second.imageId });
  const otherBackup = await lane.backup(other, 'another');
  await lane.restore(otherBackup, id);
  lane.expectDisk('volumes', id, lane.second);
  await lane.ask(202, 'DELETE', `/backups/${otherBackup}`);
  return { id, backupId };
}

const backups: readonly CrashCase[] = [
  {
    operation: 'create-backup',
    title: 'as an increment',
    async prepare(lane) {
      const { id, backupId } = await changed(lane);
      const backup = { volume_id: id, name: 'made', incremental: true };
      return {
        start: () => lane.member.volume('POST', '/backups', { backup }),
        async expectDone() {
          const made = await lane.named('backups', 'made');
          await lane.expectStatus('backups', made.id, 'available');
          await lane.expectStatus('volumes', id, 'available');
          lane.expectDisk('volumes', await lane.volume({ backup_id: made.id }), lane.second);
          lane.expectDisk('volumes', await lane.volume({ backup_id: backupId }), lane.first);
        },
      };
    },
  },
  {
    operation: 'restore-backup',
    title: 'onto a volume that has changed',
    async prepare(lane) {
      const { id, backupId } = await changed(lane);
      const body = { restore: { volume_id: id } };
      return {
        start: () => lane.member.volume('POST', `/backups/${backupId}/restore`, body),
        async expectDone() {
          await lane.expectStatus('volumes', id, 'available');
          await lane.expectStatus('backups', backupId, 'available');
          lane.expectDisk('volumes', id, lane.first);
        },
      };
    },
  },
  {
    operation: 'delete-backup',
    title: 'while another of the same bytes stays',
    async prepare(lane) {
      const id = await filled(lane);
      const [going, staying] = [await lane.backup(id), await lane.backup(id, 'staying')];
      return {
        start: () => lane.member.volume('DELETE', `/backups/${going}`),
        async expectDone() {
          await lane.expectGone('backups', going);
          lane.expectDisk('volumes', await lane.volume({ backup_id: staying }), lane.first);
        },
      };
    },
  },
];

/** Every case. */
export const crashCases: readonly CrashCase[] = [
  ...creations,
  deletion,
  imageVolumeDeletion,
  extension,
  retype,
  upload('as a raw image', 'raw'),
  upload('as a qcow2 image', 'qcow2'),
  ...snapshots,
  ...backups,
];
