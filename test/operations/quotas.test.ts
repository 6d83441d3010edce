// Quotas never leak and are never passed: whatever is asked for at once, admitted or refused, made
// or failed, what is counted is what is there, and it stays within the limits.
import * as fc from 'fast-check';
import { isFault } from '../../schema/kernel/fault';
import {
  admitCreateBackup,
  admitDeleteBackup,
} from '../../bundled-engine/operations/admission/backup-changes';
import { admitCreateVolume } from '../../bundled-engine/operations/admission/new-volume';
import { admitCreateSnapshot } from '../../bundled-engine/operations/admission/snapshot-changes';
import { admitExtendVolume } from '../../bundled-engine/operations/admission/extend-admission';
import {
  admitDeleteVolume,
  admitRetypeVolume,
} from '../../bundled-engine/operations/admission/volume-changes';
import { setLimits, usageOf } from '../../bundled-engine/records/quotas';
import { plain } from './telling';
import { newWorld } from './world';
import type { World } from './world';

const limits = {
  volumes: 4,
  snapshots: 3,
  gigabytes: 12,
  backups: 2,
  backup_gigabytes: 5,
  volumes_two: 1,
  per_volume_gigabytes: 6,
};

type Act =
  | { readonly do: 'create'; readonly sizeGib: number; readonly type: 'one' | 'two' }
  | { readonly do: 'extend'; readonly at: number; readonly sizeGib: number }
  | {
      readonly do: 'snapshot' | 'backup' | 'delete' | 'retype' | 'drop-backup';
      readonly at: number;
    }
  | { readonly do: 'break' };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    do: fc.constant('create' as const),
    sizeGib: fc.integer({ min: 1, max: 7 }),
    type: fc.constantFrom('one' as const, 'two' as const),
  }),
  fc.record({
    do: fc.constant('extend' as const),
    at: fc.nat(5),
    sizeGib: fc.integer({ min: 1, max: 7 }),
  }),
  fc.record({
    do: fc.constantFrom(
      'snapshot' as const,
      'backup' as const,
      'delete' as const,
      'retype' as const,
      'drop-backup' as const,
    ),
    at: fc.nat(5),
  }),
  fc.constant({ do: 'break' as const }),
);

async function idAt(world: World, table: string, at: number): Promise<string> {
  const rows = await world.database.rows(`SELECT "id" FROM "${table}" ORDER BY "createdAt"`, []);
  return String(rows[at % Math.max(rows.length, 1)]?.id ?? '00000000-0000-0000-0000-000000000000');
}

async function perform(world: World, asked: Act): Promise<unknown> {
  const { parts, asker } = world;
  switch (asked.do) {
    case 'create':
      return admitCreateVolume(parts, asker, {
        ...plain,
        sizeGib: asked.sizeGib,
        volumeType: asked.type,
      });
    case 'extend': {
      const volumeId = await idAt(world, 'volumes', asked.at);
      const request = { volumeId, newSizeGib: asked.sizeGib, version: '3.70' };
      return admitExtendVolume(parts, asker, request);
    }
    case 'snapshot':
      return admitCreateSnapshot(parts, asker, {
        volumeId: await idAt(world, 'volumes', asked.at),
        name: null,
        description: null,
        metadata: {},
        force: null,
        minor: 70,
      });
    case 'backup':
      return admitCreateBackup(parts, asker, {
        volumeId: await idAt(world, 'volumes', asked.at),
        snapshotId: null,
        name: null,
        description: null,
        container: null,
        availabilityZone: null,
        metadata: {},
        incremental: false,
        force: false,
      });
    case 'delete': {
      const volumeId = await idAt(world, 'volumes', asked.at);
      return admitDeleteVolume(parts, asker, { volumeId, cascade: true, force: false });
    }
    case 'retype': {
      const volumeId = await idAt(world, 'volumes', asked.at);
      return admitRetypeVolume(parts, asker, { volumeId, newType: 'two', policy: 'on-demand' });
    }
    case 'drop-backup': {
      const backupId = await idAt(world, 'backups', asked.at);
      return admitDeleteBackup(parts, asker, { backupId, force: false });
    }
    case 'break':
      for (const method of ['createBlank', 'grow', 'createSnapshot']) {
        world.faulty.one.fail({ method, when: 'after', times: 1 });
      }
      return undefined;
  }
}

async function expectWithin(world: World): Promise<void> {
  const usage = await usageOf(world.database, world.asker.projectId);
  const sums = async (table: string): Promise<{ count: number; gib: number }> => {
    const sql = `SELECT count(*) AS "n", coalesce(sum("sizeGib"), 0) AS "gib" FROM "${table}"`;
    const [row] = await world.database.rows(sql, []);
    return { count: Number(row?.n), gib: Number(row?.gib) };
  };
  const [volumes, snapshots, backups] = [
    await sums('volumes'),
    await sums('snapshots'),
    await sums('backups'),
  ];
  expect(usage).toMatchObject({
    volumes: volumes.count,
    snapshots: snapshots.count,
    gigabytes: volumes.gib + snapshots.gib,
    backups: backups.count,
    backupGigabytes: backups.gib,
  });
  expect(usage.volumes).toBeLessThanOrEqual(limits.volumes);
  expect(usage.snapshots).toBeLessThanOrEqual(limits.snapshots);
  expect(usage.gigabytes).toBeLessThanOrEqual(limits.gigabytes);
  expect(usage.backups).toBeLessThanOrEqual(limits.backups);
  expect(usage.backupGigabytes).toBeLessThanOrEqual(limits.backup_gigabytes);
  const ofTwo = await world.database.rows(
    'SELECT v."id" FROM "volumes" v JOIN "volume_types" t ON t."id" = v."volumeTypeId" ' +
      'WHERE t."name" = \'two\'',
    [],
  );
  expect(ofTwo.length).toBeLessThanOrEqual(limits.volumes_two);
}

it('usage is what is there and stays within the limits, whatever happens at once', async () => {
  const seed = Date.now();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { maxLength: 6 }), { maxLength: 5 }),
      async (rounds) => {
        const world = await newWorld();
        try {
          await setLimits(world.database, world.asker.projectId, limits);
          for (const round of rounds) {
            const outcomes = await Promise.allSettled(round.map((each) => perform(world, each)));
            for (const outcome of outcomes) {
              if (outcome.status === 'rejected' && !isFault(outcome.reason)) throw outcome.reason;
            }
            await expectWithin(world);
            await world.idle();
            await expectWithin(world);
          }
          await world.expectTidy();
        } finally {
          await world.close();
        }
      },
    ),
    { seed, numRuns: 25, verbose: 1 },
  );
});
