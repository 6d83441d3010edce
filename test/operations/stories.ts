// One story or more for each operation: how the world is before it, how it is started, and what is
// true when it has worked or failed. Invariant: bytes are compared, not only statuses.
import { randomUUID } from 'node:crypto';
import { admitCreateVolume } from '../../bundled-engine/operations/admission/new-volume';
import type { VolumeRequest } from '../../bundled-engine/operations/admission/new-volume';
import { admitExtendVolume } from '../../bundled-engine/operations/admission/extend-admission';
import {
  admitDeleteVolume,
  admitRetypeVolume,
  admitUploadVolume,
} from '../../bundled-engine/operations/admission/volume-changes';
import { findImage } from '../../bundled-engine/records/images';
import { usageOf } from '../../bundled-engine/records/quotas';
import { findVolume } from '../../bundled-engine/records/volumes';
import { groupStories } from './group-stories';
import { moveStories } from './move-stories';
import { backupStories, snapshotStories } from './saving-stories';
import {
  backupOf,
  expectBytes,
  expectMessage,
  plain,
  snapshotOf,
  volumeWithBytes,
} from './telling';
import type { Story } from './telling';
import { someBytes } from './world';
import type { World } from './world';

/** A create-volume story: the volume has `bytes` when done, and only an error row when not. */
function creation(
  title: string,
  source: (world: World) => Promise<{ request: Partial<VolumeRequest>; bytes: Buffer | null }>,
): Story {
  return {
    operation: 'create-volume',
    title,
    async prepare(world) {
      const { request, bytes } = await source(world);
      let id = '';
      return {
        start: async () =>
          (id = (await admitCreateVolume(world.parts, world.asker, { ...plain, ...request })).id),
        async expectDone() {
          const volume = await findVolume(world.database, id);
          expect(volume).toMatchObject({ status: 'available', pool: 'one' });
          expect(volume?.bytes).not.toBeNull();
          if (bytes) await expectBytes(world, 'one', { id, bytes });
        },
        async expectFailed() {
          expect(await findVolume(world.database, id)).toMatchObject({
            status: 'error',
            pool: null,
          });
          const inventory = await world.parts.pools[0]?.driver.list();
          expect(inventory?.volumes).not.toContain(id);
          await expectMessage(world, id);
        },
      };
    },
  };
}

const creations: readonly Story[] = [
  creation('blank', async () => ({ request: {}, bytes: null })),
  creation('from an image', async (world) => {
    const image = await world.addImage();
    return { request: { imageRef: image.id }, bytes: image.bytes };
  }),
  creation('from a snapshot', async (world) => {
    const { id, bytes } = await volumeWithBytes(world);
    const snapshotId = await snapshotOf(world, id);
    return { request: { snapshotId }, bytes };
  }),
  creation('from a volume of another pool', async (world) => {
    const { id } = await admitCreateVolume(world.parts, world.asker, {
      ...plain,
      volumeType: 'two',
    });
    await world.idle();
    const bytes = someBytes();
    await world.write('two', id, bytes);
    return { request: { sourceVolumeId: id, volumeType: 'one' }, bytes };
  }),
  creation('from a backup', async (world) => {
    const { id, bytes } = await volumeWithBytes(world);
    const backupId = await backupOf(world, id);
    return { request: { backupId }, bytes };
  }),
];

const deletion: Story = {
  operation: 'delete-volume',
  title: 'with its snapshots and the checkpoint of its backup',
  async prepare(world) {
    const { id } = await volumeWithBytes(world);
    await snapshotOf(world, id);
    await backupOf(world, id);
    return {
      start: () =>
        admitDeleteVolume(world.parts, world.asker, { volumeId: id, cascade: true, force: false }),
      async expectDone() {
        expect(await findVolume(world.database, id)).toBeUndefined();
        const inventory = await world.parts.pools[0]?.driver.list();
        expect(inventory).toEqual({ volumes: [], snapshots: [], checkpoints: [] });
        const usage = await usageOf(world.database, world.asker.projectId);
        expect(usage).toMatchObject({ volumes: 0, gigabytes: 0, snapshots: 0, backups: 1 });
      },
      async expectFailed() {
        expect((await findVolume(world.database, id))?.status).toBe('error_deleting');
        await expectMessage(world, id);
      },
    };
  },
};

const extension: Story = {
  operation: 'extend-volume',
  title: 'by two GiB',
  async prepare(world) {
    const { id, bytes } = await volumeWithBytes(world);
    return {
      start: () =>
        admitExtendVolume(world.parts, world.asker, {
          volumeId: id,
          newSizeGib: 3,
          version: '3.70',
        }),
      async expectDone() {
        const volume = await findVolume(world.database, id);
        expect(volume).toMatchObject({ status: 'available', sizeGib: 3, driverData: null });
        await expectBytes(world, 'one', { id, bytes });
      },
      async expectFailed() {
        const volume = await findVolume(world.database, id);
        expect(volume).toMatchObject({ status: 'error_extending', sizeGib: 1, driverData: null });
        const { gigabytes } = await usageOf(world.database, world.asker.projectId);
        expect(gigabytes).toBe(1);
        await expectBytes(world, 'one', { id, bytes });
        await expectMessage(world, id);
      },
    };
  },
};

const retype: Story = {
  operation: 'retype-volume',
  title: 'to another pool',
  async prepare(world) {
    const { id, bytes } = await volumeWithBytes(world);
    const pools = async (): Promise<void> => {
      const volume = await findVolume(world.database, id);
      const pool = volume?.pool === 'two' ? 'two' : 'one';
      expect(volume?.volumeTypeName).toBe(pool);
      await expectBytes(world, pool, { id, bytes });
      const other = world.parts.pools.find(({ name }) => name !== pool);
      expect((await other?.driver.list())?.volumes).toEqual([]);
    };
    return {
      start: () =>
        admitRetypeVolume(world.parts, world.asker, {
          volumeId: id,
          newType: 'two',
          policy: 'on-demand',
        }),
      async expectDone() {
        const volume = await findVolume(world.database, id);
        expect(volume).toMatchObject({ status: 'available', pool: 'two' });
        await pools();
      },
      async expectFailed() {
        expect((await findVolume(world.database, id))?.status).toBe('available');
        await pools();
        await expectMessage(world, id);
      },
    };
  },
};

function upload(title: string, diskFormat: 'raw' | 'qcow2'): Story {
  return {
    operation: 'upload-volume',
    title,
    async prepare(world) {
      const { id, bytes } = await volumeWithBytes(world);
      let imageId = '';
      const origin = async (): Promise<void> => {
        expect((await findVolume(world.database, id))?.status).toBe('available');
        await expectBytes(world, 'one', { id, bytes });
      };
      return {
        async start() {
          const made = await admitUploadVolume(world.parts, world.asker, {
            volumeId: id,
            imageName: 'made',
            diskFormat,
            containerFormat: 'bare',
            visibility: 'private',
            isProtected: false,
            force: false,
          });
          imageId = made.imageId;
        },
        async expectDone() {
          await origin();
          const image = await findImage(world.database, imageId);
          expect(image?.status).toBe('active');
          const [location] = image?.locations ?? [];
          if (location) {
            const volumeId = location.url.slice('cinder://'.length);
            await expectBytes(world, 'one', { id: volumeId, bytes });
          } else {
            expect(await world.parts.images.sizeOf(imageId)).toBe(image?.sizeBytes);
          }
        },
        async expectFailed() {
          await origin();
          expect(await findImage(world.database, imageId)).toBeUndefined();
          expect(await world.parts.images.sizeOf(imageId)).toBeNull();
          expect((await world.parts.pools[0]?.driver.list())?.volumes).toEqual([id]);
          await expectMessage(world, id);
        },
      };
    },
  };
}

const imageVolumeDeletion: Story = {
  operation: 'delete-image-volume',
  title: 'of an image that is gone',
  async prepare(world) {
    const { id } = await volumeWithBytes(world);
    return {
      start: () =>
        world.parts.jobs.start(world.database, {
          operation: 'delete-image-volume',
          subject: `volume/${id}`,
          payload: { volumeId: id, requestId: randomUUID() },
        }),
      async expectDone() {
        expect(await findVolume(world.database, id)).toBeUndefined();
        expect((await world.parts.pools[0]?.driver.list())?.volumes).toEqual([]);
      },
      async expectFailed() {
        expect((await findVolume(world.database, id))?.status).toBe('error_deleting');
      },
    };
  },
};

/** Every story. */
export const stories: readonly Story[] = [
  ...creations,
  deletion,
  extension,
  retype,
  upload('kept as a clone where the pool can', 'raw'),
  upload('exported as qcow2', 'qcow2'),
  ...snapshotStories,
  ...backupStories,
  ...moveStories,
  ...groupStories,
  imageVolumeDeletion,
];
