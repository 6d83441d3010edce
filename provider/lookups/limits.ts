// The absolute limits of a project. Invariant: what is free is told only where there is a bound,
// and is never less than nothing.
import { describeLookup } from '../../schema/kernel/lookup';
import { limits } from '../../schema/lookups/limits';
import { quotaRoutes } from '../../schema/wire/quotas';
import { stringOf } from '../resources/wire-values';
import type { LookupAdapter } from './lookup-adapter';

/** From here on an administrator may ask for another project's (Cinder: api_version_history). */
const otherProjectVersion = '3.39';

/** Limits for all tools. */
export const limitsLookup: LookupAdapter = {
  model: describeLookup(limits),
  look: async ({ connection, signal }, inputs) => {
    const own = await connection.projectId(signal);
    const projectId = stringOf(inputs['projectId']) ?? own;
    const other =
      projectId === own
        ? {}
        : { query: { project_id: projectId }, microversion: otherProjectVersion };
    const { body } = await connection.call(quotaRoutes.showLimits, { ...other, signal });
    const { absolute } = body.limits;
    return {
      projectId,
      volumes: bound(absolute.maxTotalVolumes, absolute.totalVolumesUsed),
      gigabytes: bound(absolute.maxTotalVolumeGigabytes, absolute.totalGigabytesUsed),
      snapshots: bound(absolute.maxTotalSnapshots, absolute.totalSnapshotsUsed),
      backups: bound(absolute.maxTotalBackups, absolute.totalBackupsUsed),
      backupGigabytes: bound(absolute.maxTotalBackupGigabytes, absolute.totalBackupGigabytesUsed),
    };
  },
};

function bound(limit: number, inUse: number) {
  return { limit, inUse, free: limit < 0 ? undefined : Math.max(0, limit - inUse) };
}
