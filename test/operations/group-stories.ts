// Stories of groups: made, made from others, held at one moment, removed. Invariant: bytes are
// compared, not only statuses; a group's parts share one fate.
import { randomUUID } from 'node:crypto';
import {
  admitCreateGroup,
  admitDeleteGroup,
} from '../../bundled-engine/operations/admission/group-changes';
import { admitGroupFromSource } from '../../bundled-engine/operations/admission/group-from-source';
import {
  admitCreateGroupSnapshot,
  admitDeleteGroupSnapshot,
} from '../../bundled-engine/operations/admission/group-snapshot-changes';
import { admitCreateVolume } from '../../bundled-engine/operations/admission/new-volume';
import {
  snapshotsOfGroupSnapshot,
  volumesOfGroup,
} from '../../bundled-engine/operations/group-members';
import { findGroupSnapshot } from '../../bundled-engine/records/group-snapshots';
import { findGroupTypeByName, insertGroupType } from '../../bundled-engine/records/group-types';
import { findGroup } from '../../bundled-engine/records/groups';
import { usageOf } from '../../bundled-engine/records/quotas';
import type { Group } from '../../bundled-engine/records/rows/group-row';
import { backupOf, expectBytes, expectMessage, plain } from './telling';
import type { Story } from './telling';
import { someBytes } from './world';
import type { World } from './world';

const named = { name: 'group', description: null } as const;

/** Starts a group of volume type `one`; gives its row. */
async function startGroup(world: World): Promise<Group> {
  if (!(await findGroupTypeByName(world.database, 'plain', { isAdmin: true }))) {
    await insertGroupType(world.database, { id: randomUUID(), name: 'plain' });
  }
  return admitCreateGroup(world.parts, world.asker, {
    ...named,
    groupType: 'plain',
    volumeTypes: ['one'],
    availabilityZone: null,
    isConsistencyGroup: false,
  });
}

interface Filled {
  readonly groupId: string;
  readonly volumes: readonly { readonly id: string; readonly bytes: Buffer }[];
}

/** A group of two volumes with bytes of their own. */
async function groupWithBytes(world: World): Promise<Filled> {
  const { id: groupId } = await startGroup(world);
  await world.idle();
  const volumes = [];
  for (let count = 0; count < 2; count += 1) {
    const request = { ...plain, volumeType: 'one', groupId };
    const { id } = await admitCreateVolume(world.parts, world.asker, request);
    await world.idle();
    const bytes = someBytes();
    await world.write('one', id, bytes);
    volumes.push({ id, bytes });
  }
  return { groupId, volumes };
}

async function snapshotGroup(world: World, groupId: string): Promise<string> {
  const request = { ...named, groupId };
  return (await admitCreateGroupSnapshot(world.parts, world.asker, request)).id;
}

async function expectWhole(world: World, { groupId, volumes }: Filled): Promise<void> {
  expect((await findGroup(world.database, groupId))?.status).toBe('available');
  const members = await volumesOfGroup(world.database, groupId);
  expect(members.map(({ status }) => status)).toEqual(['available', 'available']);
  for (const volume of volumes) await expectBytes(world, 'one', volume);
}

async function groupsUsed(world: World): Promise<number> {
  return (await usageOf(world.database, world.asker.projectId)).groups;
}

const creation: Story = {
  operation: 'create-group',
  title: 'in the pool that suits its volume types',
  async prepare(world) {
    let id = '';
    return {
      start: async () => (id = (await startGroup(world)).id),
      async expectDone() {
        const group = await findGroup(world.database, id);
        expect(group).toMatchObject({ status: 'available', pool: 'one' });
        expect(await groupsUsed(world)).toBe(1);
      },
      async expectFailed() {
        const group = await findGroup(world.database, id);
        expect(group).toMatchObject({ status: 'error', pool: null });
      },
    };
  },
};

function creationFrom(
  title: string,
  source: (world: World, filled: Filled) => Promise<{ groupSnapshotId?: string }>,
): Story {
  return {
    operation: 'create-group-from-source',
    title,
    async prepare(world) {
      const filled = await groupWithBytes(world);
      const { groupSnapshotId = null } = await source(world, filled);
      await world.idle();
      const sourceGroupId = groupSnapshotId === null ? filled.groupId : null;
      let id = '';
      return {
        async start() {
          const request = { ...named, groupSnapshotId, sourceGroupId };
          id = (await admitGroupFromSource(world.parts, world.asker, request)).id;
        },
        async expectDone() {
          expect(await findGroup(world.database, id)).toMatchObject({
            status: 'available',
            pool: 'one',
            sourceGroupId,
            groupSnapshotId,
          });
          const made = await volumesOfGroup(world.database, id);
          expect(made.map(({ status }) => status)).toEqual(['available', 'available']);
          for (const [index, { bytes }] of filled.volumes.entries()) {
            await expectBytes(world, 'one', { id: made[index]?.id ?? '', bytes });
          }
          expect(await groupsUsed(world)).toBe(2);
          await expectWhole(world, filled);
        },
        async expectFailed() {
          expect((await findGroup(world.database, id))?.status).toBe('error');
          const made = await volumesOfGroup(world.database, id);
          expect(made.map(({ status }) => status)).toEqual(['error', 'error']);
          const inventory = await world.parts.pools[0]?.driver.list();
          const whole = filled.volumes.map((volume) => volume.id).sort();
          expect(inventory?.volumes).toEqual(whole);
          for (const volume of made) await expectMessage(world, volume.id);
          await expectWhole(world, filled);
        },
      };
    },
  };
}

const deletion: Story = {
  operation: 'delete-group',
  title: 'with its volumes and the checkpoint of a backup',
  async prepare(world) {
    const { groupId, volumes } = await groupWithBytes(world);
    await backupOf(world, volumes[0]?.id ?? '');
    await world.idle();
    return {
      async start() {
        const group = await findGroup(world.database, groupId);
        if (!group) throw new Error('no group');
        await admitDeleteGroup(world.parts, world.asker, { group, deleteVolumes: true });
      },
      async expectDone() {
        expect(await findGroup(world.database, groupId)).toBeUndefined();
        const inventory = await world.parts.pools[0]?.driver.list();
        expect(inventory).toEqual({ volumes: [], snapshots: [], checkpoints: [] });
        const usage = await usageOf(world.database, world.asker.projectId);
        expect(usage).toMatchObject({ volumes: 0, gigabytes: 0, groups: 0, backups: 1 });
      },
      async expectFailed() {
        expect((await findGroup(world.database, groupId))?.status).toBe('error_deleting');
        const left = await volumesOfGroup(world.database, groupId);
        expect(left.map(({ status }) => status)).toEqual(['error_deleting', 'error_deleting']);
        for (const { id } of left) await expectMessage(world, id);
      },
    };
  },
};

const holding: Story = {
  operation: 'create-group-snapshot',
  title: 'of two volumes',
  async prepare(world) {
    const filled = await groupWithBytes(world);
    let id = '';
    const parts = () => snapshotsOfGroupSnapshot(world.database, id);
    return {
      start: async () => (id = await snapshotGroup(world, filled.groupId)),
      async expectDone() {
        expect((await findGroupSnapshot(world.database, id))?.status).toBe('available');
        const snapshots = await parts();
        expect(snapshots.map(({ volumeId }) => volumeId)).toEqual(
          filled.volumes.map((volume) => volume.id),
        );
        for (const [index, { id: snapshotId, status, progress }] of snapshots.entries()) {
          expect([status, progress]).toEqual(['available', '100%']);
          const bytes = filled.volumes[index]?.bytes ?? Buffer.alloc(0);
          const held = await world.read('one', { snapshot: snapshotId }, bytes.length);
          expect(held.equals(bytes)).toBe(true);
        }
        await expectWhole(world, filled);
      },
      async expectFailed() {
        expect((await findGroupSnapshot(world.database, id))?.status).toBe('error');
        const snapshots = await parts();
        expect(snapshots.map(({ status }) => status)).toEqual(['error', 'error']);
        expect((await world.parts.pools[0]?.driver.list())?.snapshots).toEqual([]);
        for (const snapshot of snapshots) await expectMessage(world, snapshot.id);
        await expectWhole(world, filled);
      },
    };
  },
};

const release: Story = {
  operation: 'delete-group-snapshot',
  title: 'of two volumes',
  async prepare(world) {
    const filled = await groupWithBytes(world);
    const id = await snapshotGroup(world, filled.groupId);
    return {
      start: () => admitDeleteGroupSnapshot(world.parts, world.asker, id),
      async expectDone() {
        expect(await findGroupSnapshot(world.database, id)).toBeUndefined();
        expect((await world.parts.pools[0]?.driver.list())?.snapshots).toEqual([]);
        const usage = await usageOf(world.database, world.asker.projectId);
        expect(usage).toMatchObject({ snapshots: 0, volumes: 2, gigabytes: 2 });
        await expectWhole(world, filled);
      },
      async expectFailed() {
        expect((await findGroupSnapshot(world.database, id))?.status).toBe('error_deleting');
        const snapshots = await snapshotsOfGroupSnapshot(world.database, id);
        expect(snapshots.map(({ status }) => status)).toEqual(['error_deleting', 'error_deleting']);
        for (const snapshot of snapshots) await expectMessage(world, snapshot.id);
        await expectWhole(world, filled);
      },
    };
  },
};

/** Every story of groups. */
export const groupStories: readonly Story[] = [
  creation,
  creationFrom('of another group', async () => ({})),
  creationFrom('of a group snapshot', async (world, { groupId }) => ({
    groupSnapshotId: await snapshotGroup(world, groupId),
  })),
  deletion,
  holding,
  release,
];
