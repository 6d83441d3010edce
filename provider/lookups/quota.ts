// The quota set of a project with its usage. Invariant: what the service tells is told, under the
// same words; a key that is neither a project's nor a volume type's is left alone.
import { describeLookup } from '../../schema/kernel/lookup';
import { quota } from '../../schema/lookups/quota';
import { quotaRoutes, quotaUsage } from '../../schema/wire/quotas';
import { stringOf } from '../resources/wire-values';
import type { LookupAdapter } from './lookup-adapter';

interface Share {
  readonly limit: number;
  readonly inUse: number;
  readonly reserved: number;
}

const perType = ['volumes', 'gigabytes', 'snapshots'] as const;

/** Quotas for all tools. */
export const quotaLookup: LookupAdapter = {
  model: describeLookup(quota),
  look: async ({ connection, signal }, inputs) => {
    const project = stringOf(inputs['projectId']) ?? (await connection.projectId(signal));
    const request = { params: { project }, query: { usage: 'True' }, signal };
    const { body } = await connection.call(quotaRoutes.showQuota, request);
    const shares = sharesOf(body.quota_set);
    return {
      projectId: project,
      volumes: shares.get('volumes'),
      gigabytes: shares.get('gigabytes'),
      snapshots: shares.get('snapshots'),
      backups: shares.get('backups'),
      backupGigabytes: shares.get('backup_gigabytes'),
      groups: shares.get('groups'),
      perVolumeGigabytes: shares.get('per_volume_gigabytes')?.limit ?? -1,
      volumeTypes: typesOf(shares),
    };
  },
};

function sharesOf(set: Readonly<Record<string, unknown>>): Map<string, Share> {
  const shares = new Map<string, Share>();
  for (const [key, value] of Object.entries(set)) {
    const usage = quotaUsage.safeParse(value);
    if (!usage.success) continue;
    const { limit, in_use: inUse, reserved } = usage.data;
    shares.set(key, { limit, inUse, reserved });
  }
  return shares;
}

/** Keys for a type are `volumes_TYPE`, `gigabytes_TYPE` and `snapshots_TYPE`. */
function typesOf(shares: ReadonlyMap<string, Share>) {
  const start = `${perType[0]}_`;
  const names = [...shares.keys()]
    .filter((key) => key.startsWith(start))
    .map((key) => key.slice(start.length));
  return names.sort().map((name) => ({
    name,
    ...Object.fromEntries(perType.map((key) => [key, shares.get(`${key}_${name}`)])),
  }));
}
