// A page of a list costs the same whatever the number of rows: SQLite's own plan says so, for each
// list that the API offers without a search in texts. Invariant: no plan sorts or reads a whole
// table.
import type { ListQuery } from '../../bundled-engine/records/list-query';
import type { VolumeRow } from '../../bundled-engine/records/rows/volume-row';
import { listVolumes } from '../../bundled-engine/records/volumes';
import { listSnapshots } from '../../bundled-engine/records/snapshots';
import { backupsOfVolume, listBackups } from '../../bundled-engine/records/backups';
import { listGroupSnapshots } from '../../bundled-engine/records/group-snapshots';
import { listGroups, volumeIdsOfGroups } from '../../bundled-engine/records/groups';
import { usageOf } from '../../bundled-engine/records/quotas';
import { findToken } from '../../bundled-engine/records/tokens';
import { unfinishedJobs } from '../../bundled-engine/records/jobs';
import type { Db } from '../../bundled-engine/records/database';
import { insertVolumes, sampleProject } from './sample-rows';
import { temporaryDatabase } from './temporary-database';
import type { TemporaryDatabase } from './temporary-database';

let world: TemporaryDatabase;
let markerId: string;

beforeAll(async () => {
  world = await temporaryDatabase();
  const [volume] = await insertVolumes(world.database, [{ name: 'a', updatedAt: '2026' }]);
  markerId = volume?.id ?? '';
});

afterAll(() => world.close());

// The plans of all that `read` asks, by a database that explains each query and then runs it.
async function plansOf(read: (db: Db) => Promise<unknown>): Promise<string[]> {
  const { database } = world;
  const plans: string[] = [];
  await read({
    run: (sql, parameters) => database.run(sql, parameters),
    afterCommit: (then) => then(),
    rows: async (sql, parameters) => {
      const plan = await database.rows(`EXPLAIN QUERY PLAN ${sql}`, parameters);
      plans.push(...plan.map((row) => String(row.detail)));
      return database.rows(sql, parameters);
    },
  });
  return plans;
}

const projectId = sampleProject;
const ways: [string, Partial<ListQuery<VolumeRow>>][] = [
  ['of a project', { projectId }],
  ['of all projects', { projectId: null }],
  ['by status', { projectId, filters: { status: 'available' } }],
  ['by name', { projectId, filters: { name: 'a' } }],
  ['sorted by name', { projectId, sort: [{ key: 'name', direction: 'asc' }] }],
  ['sorted by status', { projectId, sort: [{ key: 'status', direction: 'desc' }] }],
  ['sorted by size', { projectId, sort: [{ key: 'sizeGib', direction: 'desc' }] }],
  ['sorted by change', { projectId, sort: [{ key: 'updatedAt', direction: 'desc' }] }],
];

it.each(ways)('volumes %s come from an index, first page and next', async (_title, query) => {
  for (const marker of [{}, { markerId }]) {
    const whole = { projectId: null, limit: 100, ...query, ...marker };
    const plans = await plansOf((db) => listVolumes(db, whole));
    expect(plans.filter((plan) => /TEMP B-TREE|SCAN volumes$/.test(plan))).toEqual([]);
  }
});

it('metadata is searched by its value, not by reading the rows', async () => {
  const pairs = { metadata: { marker: 'x' } };
  const plans = await plansOf((db) => listVolumes(db, { projectId, pairs, limit: 100 }));
  expect(plans.join('\n')).toContain('metadata_pairs_by_value');
});

it.each<[string, (db: Db) => Promise<unknown>]>([
  ['snapshots', (db) => listSnapshots(db, { projectId, limit: 100 })],
  ['snapshots of a volume', (db) => listSnapshots(db, { projectId, filters: { volumeId: 'v' } })],
  ['backups', (db) => listBackups(db, { projectId, limit: 100 })],
  ['backups of a volume', (db) => backupsOfVolume(db, 'v')],
  ['groups', (db) => listGroups(db, { projectId, limit: 100 }, 'generic')],
  ['volumes of a group', (db) => volumeIdsOfGroups(db, ['g'])],
  ['group snapshots', (db) => listGroupSnapshots(db, { projectId, limit: 100 }, 'generic')],
  ['usage', (db) => usageOf(db, projectId)],
  ['a token', (db) => findToken(db, 'h')],
  ['unfinished jobs', (db) => unfinishedJobs(db)],
])('%s are found by an index', async (_title, read) => {
  const plans = await plansOf(read);
  expect(plans).not.toEqual([]);
  expect(plans.filter((plan) => /^SCAN (?!.*USING)/.test(plan))).toEqual([]);
});
