// Handlers of quotas, quota classes and limits. Invariant: what is shown as used is what admission
// counts, from the same rows (cinder/api/contrib/quotas.py, cinder/api/contrib/used_limits.py).
import { quotaFaults, requestFaults } from '../../../schema/faults';
import type { quotaRoutes } from '../../../schema/wire/quotas';
import { defaultQuota, quotaOf } from '../../operations/admission/quota-check';
import type { Limits } from '../../operations/admission/quota-check';
import type { Parts } from '../../parts';
import { removeLimits, setDefaultLimits, setLimits, usageOf } from '../../records/quotas';
import type { Usage } from '../../records/quotas';
import { isUnknownMarker } from '../../records/table';
import { listVolumeTypes } from '../../records/volume-types';
import { httpFaults } from '../http-faults';
import { Answer } from '../route-request';
import type { HandlersOf, RouteRequest } from '../route-request';
import { param, queryFlag, queryValue } from './asker-of';

const plain = [
  'volumes',
  'per_volume_gigabytes',
  'snapshots',
  'gigabytes',
  'backups',
  'backup_gigabytes',
] as const;
const perType = ['volumes', 'gigabytes', 'snapshots'] as const;

interface TypeName {
  readonly id: string;
  readonly name: string;
}

async function typesOf(parts: Parts): Promise<TypeName[]> {
  const page = await listVolumeTypes(parts.database, { viewerProjectId: null });
  return isUnknownMarker(page) ? [] : page.rows;
}

/** All limits in the order in which Cinder shows them. */
function whole(limits: Limits, types: readonly TypeName[]): Record<string, number> {
  const shown: Record<string, number> = {};
  for (const name of plain) shown[name] = limits[name] ?? -1;
  for (const type of types) {
    for (const name of perType)
      shown[`${name}_${type.name}`] = limits[`${name}_${type.name}`] ?? -1;
  }
  shown['groups'] = limits['groups'] ?? 10;
  return shown;
}

function inUse(usage: Usage, types: readonly TypeName[]): Record<string, number> {
  const used: Record<string, number> = {
    volumes: usage.volumes,
    snapshots: usage.snapshots,
    gigabytes: usage.gigabytes,
    backups: usage.backups,
    backup_gigabytes: usage.backupGigabytes,
    groups: usage.groups,
  };
  for (const { id, name } of types) {
    const ofType = usage.perType.get(id);
    for (const key of perType) used[`${key}_${name}`] = ofType?.[key] ?? 0;
  }
  return used;
}

/**
 * Anyone may read the quota of their own project; other projects' are the administrator's matter.
 */
function assertMayRead(request: RouteRequest, projectId: string): void {
  const { caller } = request;
  if (caller.isAdmin || caller.projectId === projectId) return;
  throw httpFaults.policyRefused({ rule: 'volume_extension:quotas:show' });
}

const ignored = new Set<string>(['tenant_id', 'id', 'force', 'skip_validation']);

/** The limits of a body, checked whole before any is set. */
function limitsIn(
  given: Readonly<Record<string, string | number>>,
  known: Readonly<Record<string, number>>,
): Record<string, number> {
  const entries = Object.entries(given).filter(([key]) => !ignored.has(key));
  const unknown = entries.map(([key]) => key).filter((key) => !Object.hasOwn(known, key));
  if (unknown.length > 0) throw quotaFaults.badQuotaKeys({ keys: unknown });
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const limit = typeof value === 'number' ? value : Number.NaN;
      if (Number.isInteger(limit)) return [key, limit];
      const reason = `${key} must be an integer of at least -1, got '${value}'`;
      throw requestFaults.invalidInput({ reason });
    }),
  );
}

/** Handlers by the verbs of the route table. */
export const quotaHandlers: HandlersOf<typeof quotaRoutes> = {
  async showLimits(request, parts) {
    const { caller, minor } = request;
    const other = queryValue(request, 'project_id') ?? queryValue(request, 'tenant_id');
    const isOther = minor >= 39 && caller.isAdmin && other !== undefined;
    const projectId = isOther ? other : caller.projectId;
    const limits = await quotaOf(parts, parts.database, projectId);
    const usage = await usageOf(parts.database, projectId);
    return {
      limits: {
        rate: [],
        absolute: {
          maxTotalVolumes: limits['volumes'],
          maxTotalSnapshots: limits['snapshots'],
          maxTotalVolumeGigabytes: limits['gigabytes'],
          maxTotalBackups: limits['backups'],
          maxTotalBackupGigabytes: limits['backup_gigabytes'],
          totalVolumesUsed: usage.volumes,
          totalGigabytesUsed: usage.gigabytes,
          totalSnapshotsUsed: usage.snapshots,
          totalBackupsUsed: usage.backups,
          totalBackupGigabytesUsed: usage.backupGigabytes,
        },
      },
    };
  },

  async showQuota(request, parts) {
    const id = param(request, 'project');
    assertMayRead(request, id);
    const types = await typesOf(parts);
    const limits = whole(await quotaOf(parts, parts.database, id), types);
    if (!queryFlag(request, 'usage')) return { quota_set: { ...limits, id } };
    const used = inUse(await usageOf(parts.database, id), types);
    const shown = Object.entries(limits).map(([key, limit]) => [
      key,
      { limit, in_use: used[key] ?? 0, reserved: 0 },
    ]);
    return { quota_set: { ...Object.fromEntries(shown), id } };
  },

  async showQuotaDefaults(request, parts) {
    const id = param(request, 'project');
    assertMayRead(request, id);
    const limits = whole(await defaultQuota(parts, parts.database), await typesOf(parts));
    return { quota_set: { ...limits, id } };
  },

  async updateQuota(request, parts) {
    const id = param(request, 'project');
    const types = await typesOf(parts);
    const quota = await parts.database.transaction(async (tx) => {
      const known = whole(await quotaOf(parts, tx, id), types);
      await setLimits(tx, id, limitsIn(request.body.quota_set, known));
      return whole(await quotaOf(parts, tx, id), types);
    });
    return { quota_set: quota };
  },

  async removeQuota(request, parts) {
    await removeLimits(parts.database, param(request, 'project'));
    return new Answer({ status: 200 });
  },

  async showQuotaClass(request, parts) {
    const limits = whole(await defaultQuota(parts, parts.database), await typesOf(parts));
    return { quota_class_set: { ...limits, id: param(request, 'class') } };
  },

  async updateQuotaClass(request, parts) {
    const name = param(request, 'class');
    if (name !== 'default') {
      const reason = `the quota class ${name} is not served here; there is only default`;
      throw requestFaults.invalidInput({ reason });
    }
    const types = await typesOf(parts);
    const quota = await parts.database.transaction(async (tx) => {
      const known = whole(await defaultQuota(parts, tx), types);
      await setDefaultLimits(tx, limitsIn(request.body.quota_class_set, known));
      return whole(await defaultQuota(parts, tx), types);
    });
    return { quota_class_set: quota };
  },
};
