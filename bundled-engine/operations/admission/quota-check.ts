// Quotas at admission: whether a project may have so much more. Invariant: called inside the
// transaction that inserts the row, and usage is counted from rows, so nothing is reserved and
// nothing leaks (cinder/quota.py, cinder/quota_utils.py).
import { quotaFaults } from '../../../schema/faults';
import type { Parts } from '../../parts';
import type { Db } from '../../records/database';
import { defaultLimits, limitsOf, usageOf } from '../../records/quotas';

/** Limits by resource name: volumes, gigabytes, ..., and volumes_TYPE and its like where set. */
export type Limits = Readonly<Record<string, number>>;

/** The limits of projects that have none of their own. */
export async function defaultQuota(parts: Parts, db: Db): Promise<Limits> {
  return { ...parts.config.quotas, ...(await defaultLimits(db)) };
}

/** The limits that hold for a project; what is not named is unbounded. */
export async function quotaOf(parts: Parts, db: Db, projectId: string): Promise<Limits> {
  return { ...(await defaultQuota(parts, db)), ...(await limitsOf(db, projectId)) };
}

/** How much more a project wants of volumes and snapshots. */
export interface VolumeDemand {
  readonly projectId: string;
  readonly volumes?: number;
  readonly snapshots?: number;
  readonly gigabytes: number;
  readonly type: { readonly id: string; readonly name: string } | null;
  /** The whole size of a volume that is made or grown, for per_volume_gigabytes. */
  readonly volumeSizeGib?: number;
}

/** Throws the quota's refusal (413) where the demand goes over a limit. */
export async function assertQuota(parts: Parts, db: Db, demand: VolumeDemand): Promise<void> {
  const limits = await quotaOf(parts, db, demand.projectId);
  const usage = await usageOf(db, demand.projectId);
  const { type, volumeSizeGib: size } = demand;
  const perVolume = limits['per_volume_gigabytes'] ?? -1;
  if (size !== undefined && perVolume >= 0 && size > perVolume) {
    throw quotaFaults.volumeTooLarge({ size, limit: perVolume });
  }
  const ofType = type ? usage.perType.get(type.id) : undefined;
  const none = { volumes: 0, gigabytes: 0, snapshots: 0 };
  const scopes = [
    { suffix: '', used: usage },
    ...(type ? [{ suffix: `_${type.name}`, used: ofType ?? none }] : []),
  ];
  for (const { suffix, used } of scopes) {
    const name = `gigabytes${suffix}`;
    const limit = limits[name] ?? -1;
    const requested = demand.gigabytes;
    if (isOver(limit, used.gigabytes, requested)) {
      throw quotaFaults.tooManyGigabytes({ name, requested, limit, used: used.gigabytes });
    }
  }
  for (const { suffix, used } of scopes) {
    const volumes = { name: `volumes${suffix}`, limit: limits[`volumes${suffix}`] ?? -1 };
    if (isOver(volumes.limit, used.volumes, demand.volumes ?? 0)) {
      throw quotaFaults.tooManyVolumes(volumes);
    }
    const snapshots = { name: `snapshots${suffix}`, limit: limits[`snapshots${suffix}`] ?? -1 };
    if (isOver(snapshots.limit, used.snapshots, demand.snapshots ?? 0)) {
      throw quotaFaults.tooManySnapshots(snapshots);
    }
  }
}

/** Throws the quota's refusal (413) where one more backup of this size goes over a limit. */
export async function assertBackupQuota(
  parts: Parts,
  db: Db,
  demand: { readonly projectId: string; readonly gigabytes: number },
): Promise<void> {
  const limits = await quotaOf(parts, db, demand.projectId);
  const usage = await usageOf(db, demand.projectId);
  const requested = demand.gigabytes;
  const gibLimit = limits['backup_gigabytes'] ?? -1;
  if (isOver(gibLimit, usage.backupGigabytes, requested)) {
    const used = usage.backupGigabytes;
    throw quotaFaults.tooManyBackupGigabytes({ requested, limit: gibLimit, used });
  }
  const limit = limits['backups'] ?? -1;
  if (isOver(limit, usage.backups, 1)) throw quotaFaults.tooManyBackups({ limit });
}

function isOver(limit: number, used: number, more: number): boolean {
  return limit >= 0 && more > 0 && used + more > limit;
}
