// How every store of records counts: what is used is what is there, whatever was done before.
import * as fc from 'fast-check';
import type { Database } from '../../bundled-engine/records/database';
import { insertBackup, removeBackup, updateBackup } from '../../bundled-engine/records/backups';
import { consistencyGroupType } from '../../bundled-engine/records/group-types';
import { insertGroup, removeGroup } from '../../bundled-engine/records/groups';
import { newUuid } from '../../bundled-engine/records/new-id';
import { setDefaultLimits, setLimits } from '../../bundled-engine/records/quotas';
import {
  defaultLimits,
  limitsOf,
  removeLimits,
  usageOf,
} from '../../bundled-engine/records/quotas';
import type { NewVolume } from '../../bundled-engine/records/rows/volume-row';
import { insertSnapshot, removeSnapshot } from '../../bundled-engine/records/snapshots';
import { snapshotsOfVolume } from '../../bundled-engine/records/snapshots';
import { isUnknownMarker } from '../../bundled-engine/records/table';
import { insertVolumeType } from '../../bundled-engine/records/volume-types';
import { insertVolume, listVolumes } from '../../bundled-engine/records/volumes';
import { removeVolume, updateVolume } from '../../bundled-engine/records/volumes';
import { sampleBackup, sampleProject } from '../records/sample-rows';
import { sampleSnapshot, sampleVolume } from '../records/sample-rows';

const changes = fc.array(
  fc.record({
    what: fc.constantFrom(
      'add',
      'grow',
      'retype',
      'uncount',
      'snapshot',
      'backup',
      'group',
      'remove',
    ),
    pick: fc.nat(7),
    sizeGib: fc.integer({ min: 1, max: 9 }),
    typed: fc.boolean(),
  }),
  { maxLength: 40 },
);

/** Registers the tests of quotas; part of describeRecords. */
export function describeQuotas(current: () => Database): void {
  it('counts exactly what is there, whatever was done', async () => {
    const { id: typeId } = await insertVolumeType(current(), { id: newUuid(), name: 'gold' });
    await fc.assert(
      fc.asyncProperty(changes, async (drawn) => {
        const projectId = newUuid();
        for (const change of drawn) await apply(current(), { projectId, typeId, ...change });
        expect(await usageOf(current(), projectId)).toEqual(await recount(current(), projectId));
      }),
      { numRuns: 40 },
    );
  });

  it('keeps limits of projects and those of all others', async () => {
    await setDefaultLimits(current(), { volumes: 10 });
    await setLimits(current(), sampleProject, { volumes: 5, gigabytes: -1 });
    await setLimits(current(), sampleProject, { volumes: 6 });
    expect(await limitsOf(current(), sampleProject)).toEqual({ volumes: 6, gigabytes: -1 });
    await removeLimits(current(), sampleProject);
    expect(await limitsOf(current(), sampleProject)).toEqual({});
    expect(await defaultLimits(current())).toEqual({ volumes: 10 });
  });
}

interface Change {
  readonly projectId: string;
  readonly typeId: string;
  readonly what: string;
  readonly pick: number;
  readonly sizeGib: number;
  readonly typed: boolean;
}

async function apply(database: Database, change: Change): Promise<void> {
  const { projectId, what, pick, sizeGib } = change;
  const volumeTypeId = change.typed ? change.typeId : null;
  const fresh: Partial<NewVolume> = { projectId, sizeGib, volumeTypeId };
  if (what === 'add') return void (await insertVolume(database, sampleVolume(fresh)));
  if (what === 'backup') {
    const backup = await insertBackup(database, sampleBackup({ projectId, sizeGib }));
    await updateBackup(database, backup.id, { status: 'error' });
    if (pick > 5) await removeBackup(database, backup.id);
    return;
  }
  if (what === 'group') return changeGroups(database, projectId, pick);
  const page = await listVolumes(database, { projectId });
  const volume = isUnknownMarker(page) ? undefined : page.rows[pick];
  if (!volume) return;
  if (what === 'grow') await updateVolume(database, volume.id, { sizeGib });
  if (what === 'retype') await updateVolume(database, volume.id, { volumeTypeId });
  if (what === 'uncount') await updateVolume(database, volume.id, { consumesQuota: false });
  if (what === 'snapshot') await insertSnapshot(database, sampleSnapshot(volume));
  if (what === 'remove') {
    for (const { id } of await snapshotsOfVolume(database, volume.id)) {
      await removeSnapshot(database, id);
    }
    await removeVolume(database, volume.id);
  }
}

async function changeGroups(database: Database, projectId: string, pick: number): Promise<void> {
  const type = await consistencyGroupType(database);
  const row = { id: newUuid(), projectId, userId: 'u', status: 'available' } as const;
  const placed = { availabilityZone: null, groupTypeId: type?.id ?? '' };
  await database.transaction((tx) => insertGroup(tx, { ...row, ...placed }, []));
  if (pick > 5) await removeGroup(database, row.id);
}

/** What counts of a row. */
interface Counted {
  readonly volumeTypeId: string | null;
  readonly sizeGib: number;
}

async function recount(database: Database, projectId: string): Promise<object> {
  const ofProject = async (table: string, also = ''): Promise<Counted[]> => {
    const sql = `SELECT "volumeTypeId", "sizeGib" FROM (${table}) WHERE "projectId" = ?${also}`;
    const rows = await database.rows(sql, [projectId]);
    return rows.map((row) => ({
      volumeTypeId: row.volumeTypeId === null ? null : String(row.volumeTypeId),
      sizeGib: Number(row.sizeGib),
    }));
  };
  const volumes = await ofProject('SELECT * FROM "volumes"', ' AND "consumesQuota" = 1');
  const snapshots = await ofProject('SELECT * FROM "snapshots"');
  const backups = await ofProject('SELECT *, NULL AS "volumeTypeId" FROM "backups"');
  const [found] = await database.rows(
    'SELECT count(*) AS "groups" FROM "groups" WHERE "projectId" = ?',
    [projectId],
  );
  const groups = Number(found?.groups);
  const sum = (rows: { sizeGib: number }[]): number => rows.reduce((all, r) => all + r.sizeGib, 0);
  const usage = (type?: string): object => {
    const ofType = (row: { volumeTypeId: string | null }): boolean =>
      type === undefined || row.volumeTypeId === type;
    const [v, s] = [volumes.filter(ofType), snapshots.filter(ofType)];
    return { volumes: v.length, snapshots: s.length, gigabytes: sum(v) + sum(s) };
  };
  const types = new Set([...volumes, ...snapshots].map((row) => row.volumeTypeId));
  const perType = new Map(
    [...types].filter((type) => type !== null).map((type) => [type, usage(type)]),
  );
  return { ...usage(), backups: backups.length, backupGigabytes: sum(backups), groups, perType };
}
