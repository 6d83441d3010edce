// Stories of what moves bytes: migration, going back to a snapshot, being filled from an image
// anew, taking over and letting go. Invariant: whatever befalls them, every byte that was there
// before is found again somewhere that has a name.
import {
  admitManageSnapshot,
  admitManageVolume,
  admitUnmanageSnapshot,
  admitUnmanageVolume,
} from '../../bundled-engine/operations/admission/manage-changes';
import {
  admitMigrateVolume,
  admitReimageVolume,
  admitRevertVolume,
} from '../../bundled-engine/operations/admission/volume-moves';
import { usageOf } from '../../bundled-engine/records/quotas';
import { findSnapshot } from '../../bundled-engine/records/snapshots';
import { findVolume, updateVolume } from '../../bundled-engine/records/volumes';
import { expectBytes, expectMessage, snapshotOf, volumeWithBytes } from './telling';
import type { Story } from './telling';
import { someBytes } from './world';
import type { World } from './world';

async function expectUnmanaged(
  world: World,
  expected: readonly { kind: 'volume' | 'snapshot'; name: string }[],
): Promise<void> {
  const found = await world.parts.pools[0]?.driver.unmanaged.list();
  expect(found?.map(({ kind, name, problem }) => ({ kind, name, problem }))).toEqual(
    expected.map((each) => ({ ...each, problem: null })),
  );
}

function migration(title: string, lock: boolean): Story {
  return {
    operation: 'migrate-volume',
    title,
    async prepare(world) {
      const { id, bytes } = await volumeWithBytes(world);
      const whereItIs = async (): Promise<void> => {
        const volume = await findVolume(world.database, id);
        const pool = volume?.pool === 'two' ? 'two' : 'one';
        expect(volume).toMatchObject({ status: 'available', volumeTypeName: null });
        expect(volume?.migrationStatus).toBe(pool === 'two' ? 'success' : 'error');
        await expectBytes(world, pool, { id, bytes });
        const other = world.parts.pools.find(({ name }) => name !== pool);
        expect((await other?.driver.list())?.volumes).toEqual([]);
      };
      return {
        async start() {
          // A type that names a pool would tie the volume to it.
          await updateVolume(world.database, id, { volumeTypeId: null });
          await admitMigrateVolume(world.parts, world.asker, {
            volumeId: id,
            host: 'cinderkit@two#two',
            cluster: null,
            lock,
            minor: 70,
          });
        },
        async expectDone() {
          expect(await findVolume(world.database, id)).toMatchObject({
            pool: 'two',
            migrationStatus: 'success',
          });
          await whereItIs();
        },
        async expectFailed() {
          await whereItIs();
          await expectMessage(world, id);
        },
      };
    },
  };
}

const reversion: Story = {
  operation: 'revert-volume',
  title: 'to its latest snapshot',
  async prepare(world) {
    const { id, bytes } = await volumeWithBytes(world);
    const snapshotId = await snapshotOf(world, id);
    await world.idle();
    const later = someBytes();
    await world.write('one', id, later);
    const snapshotIsWhole = async (): Promise<void> => {
      expect((await findSnapshot(world.database, snapshotId))?.status).toBe('available');
      const found = await world.read('one', { snapshot: snapshotId }, bytes.length);
      expect(found.equals(bytes)).toBe(true);
    };
    return {
      start: () => admitRevertVolume(world.parts, world.asker, { volumeId: id, snapshotId }),
      async expectDone() {
        expect((await findVolume(world.database, id))?.status).toBe('available');
        await expectBytes(world, 'one', { id, bytes });
        await snapshotIsWhole();
      },
      async expectFailed() {
        expect((await findVolume(world.database, id))?.status).toBe('error');
        const found = await world.read('one', { volume: id }, bytes.length);
        expect(found.equals(bytes) || found.equals(later)).toBe(true);
        await snapshotIsWhole();
        await expectMessage(world, id);
      },
    };
  },
};

const reimaging: Story = {
  operation: 'reimage-volume',
  title: 'with the bytes of an image',
  async prepare(world) {
    const { id, bytes } = await volumeWithBytes(world);
    const snapshotId = await snapshotOf(world, id);
    const image = await world.addImage();
    const othersAreWhole = async (): Promise<void> => {
      expect((await world.parts.pools[0]?.driver.list())?.volumes).toEqual([id]);
      const found = await world.read('one', { snapshot: snapshotId }, bytes.length);
      expect(found.equals(bytes)).toBe(true);
    };
    return {
      start: () =>
        admitReimageVolume(world.parts, world.asker, {
          volumeId: id,
          imageId: image.id,
          reserved: false,
        }),
      async expectDone() {
        const volume = await findVolume(world.database, id);
        expect(volume).toMatchObject({ status: 'available', bootable: true, sizeGib: 1 });
        expect(volume?.imageMetadata).toMatchObject({ image_id: image.id });
        await expectBytes(world, 'one', { id, bytes: image.bytes });
        await othersAreWhole();
      },
      async expectFailed() {
        expect((await findVolume(world.database, id))?.status).toBe('error');
        const found = await world.read('one', { volume: id }, bytes.length);
        expect(found.equals(bytes) || found.equals(image.bytes)).toBe(true);
        await othersAreWhole();
        await expectMessage(world, id);
      },
    };
  },
};

const unmanaging: Story = {
  operation: 'unmanage-volume',
  title: 'leaves its bytes in the pool',
  async prepare(world) {
    const { id, bytes } = await volumeWithBytes(world);
    const name = `volume-${id}`;
    return {
      start: () => admitUnmanageVolume(world.parts, world.asker, id),
      async expectDone() {
        expect(await findVolume(world.database, id)).toBeUndefined();
        await expectUnmanaged(world, [{ kind: 'volume', name }]);
        const { volumes } = await usageOf(world.database, world.asker.projectId);
        expect(volumes).toBe(0);
        await world.parts.pools[0]?.driver.unmanaged.adopt({ volume: id }, name);
        await expectBytes(world, 'one', { id, bytes });
      },
      async expectFailed() {
        expect((await findVolume(world.database, id))?.status).toBe('error_unmanaging');
        await expectUnmanaged(world, []);
        await expectBytes(world, 'one', { id, bytes });
        await expectMessage(world, id);
      },
    };
  },
};

const managing: Story = {
  operation: 'manage-volume',
  title: 'takes over what was let go of',
  async prepare(world) {
    const { id: oldId, bytes } = await volumeWithBytes(world);
    await admitUnmanageVolume(world.parts, world.asker, oldId);
    let id = '';
    return {
      async start() {
        const volume = await admitManageVolume(world.parts, world.asker, {
          host: 'cinderkit@one#one',
          reference: { 'source-name': `volume-${oldId}` },
          name: 'back',
          description: null,
          volumeType: 'one',
          availabilityZone: null,
          metadata: {},
          bootable: false,
        });
        id = volume.id;
      },
      async expectDone() {
        const volume = await findVolume(world.database, id);
        expect(volume).toMatchObject({ status: 'available', sizeGib: 1, pool: 'one' });
        await expectBytes(world, 'one', { id, bytes });
        await expectUnmanaged(world, []);
        const usage = await usageOf(world.database, world.asker.projectId);
        expect(usage).toMatchObject({ volumes: 1, gigabytes: 1 });
      },
      async expectFailed() {
        const volume = await findVolume(world.database, id);
        expect(volume).toMatchObject({ status: 'error_managing', sizeGib: 0 });
        await expectUnmanaged(world, [{ kind: 'volume', name: `volume-${oldId}` }]);
        const { gigabytes } = await usageOf(world.database, world.asker.projectId);
        expect(gigabytes).toBe(0);
        await expectMessage(world, id);
        await world.parts.pools[0]?.driver.unmanaged.adopt({ volume: id }, `volume-${oldId}`);
        await expectBytes(world, 'one', { id, bytes });
      },
    };
  },
};

const snapshotUnmanaging: Story = {
  operation: 'unmanage-snapshot',
  title: 'leaves its bytes in the pool',
  async prepare(world) {
    const { id } = await volumeWithBytes(world);
    const snapshotId = await snapshotOf(world, id);
    return {
      start: () => admitUnmanageSnapshot(world.parts, world.asker, snapshotId),
      async expectDone() {
        expect(await findSnapshot(world.database, snapshotId)).toBeUndefined();
        await expectUnmanaged(world, [{ kind: 'snapshot', name: `snapshot-${snapshotId}` }]);
      },
      async expectFailed() {
        const snapshot = await findSnapshot(world.database, snapshotId);
        expect(snapshot?.status).toBe('error_unmanaging');
        await expectUnmanaged(world, []);
        const inventory = await world.parts.pools[0]?.driver.list();
        expect(inventory?.snapshots).toEqual([snapshotId]);
        await expectMessage(world, snapshotId);
      },
    };
  },
};

const snapshotManaging: Story = {
  operation: 'manage-snapshot',
  title: 'takes over what was let go of',
  async prepare(world) {
    const { id, bytes } = await volumeWithBytes(world);
    const oldId = await snapshotOf(world, id);
    await world.idle();
    await admitUnmanageSnapshot(world.parts, world.asker, oldId);
    let snapshotId = '';
    return {
      async start() {
        const snapshot = await admitManageSnapshot(world.parts, world.asker, {
          volumeId: id,
          reference: { 'source-id': oldId },
          name: 'back',
          description: null,
          metadata: {},
        });
        snapshotId = snapshot.id;
      },
      async expectDone() {
        const snapshot = await findSnapshot(world.database, snapshotId);
        expect(snapshot).toMatchObject({ status: 'available', sizeGib: 1, progress: '100%' });
        const found = await world.read('one', { snapshot: snapshotId }, bytes.length);
        expect(found.equals(bytes)).toBe(true);
        await expectUnmanaged(world, []);
      },
      async expectFailed() {
        expect((await findSnapshot(world.database, snapshotId))?.status).toBe('error');
        await expectUnmanaged(world, [{ kind: 'snapshot', name: `snapshot-${oldId}` }]);
        await expectMessage(world, snapshotId);
      },
    };
  },
};

/** Every story of moves. */
export const moveStories: readonly Story[] = [
  migration('to the pool that is named', false),
  migration('locked meanwhile', true),
  reversion,
  reimaging,
  unmanaging,
  managing,
  snapshotUnmanaging,
  snapshotManaging,
];
