// Limits of projects and what they use. Invariant: use is exact inside an admission transaction: it
// comes from rows that are there, so nothing is reserved and nothing can leak.
import type { Db } from './database';

/** Kinds of things whose use is counted. */
type UsageKind = 'volume' | 'snapshot' | 'backup' | 'group';

/** Key under which the limits of every project without its own are kept (the default class). */
const defaultClass = '';

/** What things of one volume type use. */
export interface TypeUsage {
  readonly volumes: number;
  /** Of volumes and of their snapshots, as Cinder counts by default. */
  readonly gigabytes: number;
  readonly snapshots: number;
}

/** What a project uses. */
export interface Usage extends TypeUsage {
  readonly backups: number;
  readonly backupGigabytes: number;
  readonly groups: number;
  /** By id of the volume type; types without use are left out. */
  readonly perType: ReadonlyMap<string, TypeUsage>;
}

/** What `projectId` uses now; in a transaction, with what that has written. */
export async function usageOf(db: Db, projectId: string): Promise<Usage> {
  const rows = await db.rows(
    'SELECT "kind", "volumeTypeId", "count", "gib" FROM "quota_usage" WHERE "projectId" = ?',
    [projectId],
  );
  const perType = new Map<string, TypeUsage>();
  let total: TypeUsage = { volumes: 0, gigabytes: 0, snapshots: 0 };
  let backups = { backups: 0, backupGigabytes: 0 };
  let groups = 0;
  for (const row of rows) {
    const kind = String(row.kind) as UsageKind;
    const [count, gib] = [Number(row.count), Number(row.gib)];
    if (kind === 'group') {
      groups += count;
      continue;
    }
    if (kind === 'backup') {
      backups = {
        backups: backups.backups + count,
        backupGigabytes: backups.backupGigabytes + gib,
      };
      continue;
    }
    const more = { kind, count, gib };
    total = plus(total, more);
    const type = String(row.volumeTypeId);
    const known = perType.get(type) ?? { volumes: 0, gigabytes: 0, snapshots: 0 };
    if (type !== '') perType.set(type, plus(known, more));
  }
  return { ...total, ...backups, groups, perType };
}

/**
 * The limits that were set for `projectId` itself, by resource name as the API has it; -1 is none.
 */
export async function limitsOf(db: Db, projectId: string): Promise<Record<string, number>> {
  const rows = await db.rows(
    'SELECT "resource", "hardLimit" FROM "quota_limits" WHERE "projectId" = ?',
    [projectId],
  );
  return Object.fromEntries(rows.map((row) => [String(row.resource), Number(row.hardLimit)]));
}

/** The limits that were set for every project without its own (the class `default`). */
export function defaultLimits(db: Db): Promise<Record<string, number>> {
  return limitsOf(db, defaultClass);
}

/** Sets limits of a project; others stay. Repeatable. */
export async function setLimits(
  db: Db,
  projectId: string,
  limits: Readonly<Record<string, number>>,
): Promise<void> {
  const rows = Object.entries(limits).map(([resource, hardLimit]) => ({
    projectId,
    resource,
    hardLimit,
  }));
  if (rows.length === 0) return;
  const places = rows.map(() => '(?, ?, ?)').join(', ');
  await db.run(
    `INSERT INTO "quota_limits" ("projectId", "resource", "hardLimit") VALUES ${places} ` +
      'ON CONFLICT ("projectId", "resource") DO UPDATE SET "hardLimit" = excluded."hardLimit"',
    rows.flatMap((row) => [row.projectId, row.resource, row.hardLimit]),
  );
}

/** Sets limits of every project without its own; others stay. Repeatable. */
export function setDefaultLimits(db: Db, limits: Readonly<Record<string, number>>): Promise<void> {
  return setLimits(db, defaultClass, limits);
}

/** Takes back all limits that were set for a project. Repeatable. */
export async function removeLimits(db: Db, projectId: string): Promise<void> {
  await db.run('DELETE FROM "quota_limits" WHERE "projectId" = ?', [projectId]);
}

function plus(
  usage: TypeUsage,
  more: { kind: 'volume' | 'snapshot'; count: number; gib: number },
): TypeUsage {
  return {
    volumes: usage.volumes + (more.kind === 'volume' ? more.count : 0),
    snapshots: usage.snapshots + (more.kind === 'snapshot' ? more.count : 0),
    gigabytes: usage.gigabytes + more.gib,
  };
}
