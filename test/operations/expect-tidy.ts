// What is true after every operation, however it ended. Invariant: these checks look at the
// records, at the pools' files and at the backup store, and at nothing that an operation itself
// reports.
import { allStatuses } from '../../schema/kernel/lifecycle';
import type { Lifecycle } from '../../schema/kernel/lifecycle';
import { backupLifecycle } from '../../schema/lifecycles/backup';
import { groupLifecycle } from '../../schema/lifecycles/group';
import { groupSnapshotLifecycle } from '../../schema/lifecycles/group-snapshot';
import { imageLifecycle } from '../../schema/lifecycles/image';
import { snapshotLifecycle } from '../../schema/lifecycles/snapshot';
import { volumeLifecycle } from '../../schema/lifecycles/volume';
import type { Parts, Pool } from '../../bundled-engine/parts';
import { unfinishedJobs } from '../../bundled-engine/records/jobs';

const tables = {
  volumes: volumeLifecycle,
  snapshots: snapshotLifecycle,
  backups: backupLifecycle,
  images: imageLifecycle,
  groups: groupLifecycle,
  group_snapshots: groupSnapshotLifecycle,
} as const;

async function expectStable(parts: Parts, table: string, lifecycle: Lifecycle): Promise<void> {
  const stable = allStatuses(lifecycle).filter(
    (status) => lifecycle.statuses[status]?.kind === 'stable',
  );
  const rows = await parts.database.rows(`SELECT "id", "status" FROM "${table}"`, []);
  for (const { status } of rows)
    expect([table, stable]).toEqual([table, expect.arrayContaining([status])]);
}

async function idsOf(
  parts: Parts,
  sql: string,
  values: readonly unknown[] = [],
): Promise<string[]> {
  const rows = await parts.database.rows(sql, values);
  return rows.map(({ id }) => String(id)).sort();
}

/** Asserts that records, pools and the backup store agree. */
export async function expectTidy(parts: Parts, pools: readonly Pool[]): Promise<void> {
  expect(await unfinishedJobs(parts.database)).toEqual([]);
  for (const [table, lifecycle] of Object.entries(tables)) {
    await expectStable(parts, table, lifecycle);
  }
  for (const { name, driver } of pools) {
    const found = await driver.list();
    const recorded = async (table: string): Promise<string[]> =>
      idsOf(parts, `SELECT "id" FROM "${table}" WHERE "pool" = ?`, [name]);
    expectAllIn(found.volumes, await recorded('volumes'));
    expectAllIn(found.snapshots, await recorded('snapshots'));
    const usable = await idsOf(
      parts,
      'SELECT "id" FROM "volumes" WHERE "pool" = ? AND "status" IN (\'available\', \'in-use\')',
      [name],
    );
    expectAllIn(usable, found.volumes);
    const checkpoints = await idsOf(
      parts,
      'SELECT "id" FROM "backups" WHERE json_extract("checkpoint", \'$.pool\') = ?',
      [name],
    );
    expect(found.checkpoints).toEqual(checkpoints);
  }
  const stored = await parts.backups.listBackups();
  expectAllIn(stored, await idsOf(parts, 'SELECT "id" FROM "backups"'));
  const whole = 'SELECT "id" FROM "backups" WHERE "status" = \'available\'';
  expectAllIn(await idsOf(parts, whole), stored);
}

function expectAllIn(some: readonly string[], all: readonly string[]): void {
  expect(all).toEqual(expect.arrayContaining([...some]));
}
