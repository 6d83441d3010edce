// Handlers of hosts: which services run where, and how much is kept there. Invariant: what is
// counted is what the records hold (cinder/api/contrib/hosts.py).
import { otherFaults } from '../../../schema/faults';
import { operatorFaults } from '../../../schema/operator-faults';
import type { hostRoutes } from '../../../schema/wire/hosts';
import { isOnHost, servicesOf } from '../../operations/services';
import type { Parts } from '../../parts';
import { hostUsage } from '../../records/host-usage';
import type { ProjectUsage } from '../../records/host-usage';
import { momentOf } from '../../records/moment';
import { saveServiceState } from '../../records/services';
import type { HandlersOf } from '../route-request';
import { param, queryValue } from './asker-of';

function resourceView(host: string, usage: ProjectUsage): object {
  return {
    resource: {
      host,
      project: usage.projectId,
      volume_count: String(usage.volumes),
      total_volume_gb: String(usage.volumesGib),
      snapshot_count: String(usage.snapshots),
      total_snapshot_gb: String(usage.snapshotsGib),
    },
  };
}

function totalOf(usages: readonly ProjectUsage[]): ProjectUsage {
  const sum = (key: 'volumes' | 'volumesGib' | 'snapshots' | 'snapshotsGib'): number =>
    usages.reduce((total, usage) => total + usage[key], 0);
  return {
    projectId: '(total)',
    volumes: sum('volumes'),
    volumesGib: sum('volumesGib'),
    snapshots: sum('snapshots'),
    snapshotsGib: sum('snapshotsGib'),
  };
}

/** Whether a body asks to enable; it may ask for nothing else. Fails with 400. */
function statusIn(body: Readonly<Record<string, string>>): boolean | null {
  let isEnabled: boolean | null = null;
  for (const [key, value] of Object.entries(body)) {
    if (key.toLowerCase().trim() !== 'status') throw operatorFaults.hostSettingInvalid({ key });
    const word = value.toLowerCase().trim();
    if (word !== 'enable' && word !== 'disable') throw operatorFaults.hostStatusInvalid({ value });
    isEnabled = word === 'enable';
  }
  return isEnabled;
}

/** Sets every service of a host: a real Cinder has no program behind this call and answers 500. */
async function setEnabled(parts: Parts, host: string, isEnabled: boolean): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const services = (await servicesOf(parts, tx)).filter((each) => each.host === host);
    for (const each of services) {
      await saveServiceState(tx, each, { ...each, isDisabled: !isEnabled });
    }
  });
}

/** Handlers by the verbs of the route table. */
export const hostHandlers: HandlersOf<typeof hostRoutes> = {
  async listHosts(request, parts) {
    const zone = queryValue(request, 'zone');
    const isShown = !zone || zone === parts.config.availabilityZone;
    const services = (await servicesOf(parts)).filter((each) => isShown && !each.isDisabled);
    const lastUpdate = momentOf(parts.clock.now());
    return {
      hosts: services.map(({ host, binary }) => ({
        host_name: host,
        service: binary,
        zone: parts.config.availabilityZone,
        'service-status': 'available',
        'service-state': 'enabled',
        'last-update': lastUpdate,
      })),
    };
  },

  async showHost(request, parts) {
    const host = param(request, 'host');
    const services = await servicesOf(parts);
    const meant = services.find(
      (each) => each.pool !== null && !each.isDisabled && isOnHost(each.host, host),
    );
    if (!meant) throw operatorFaults.serviceNotFound({ binary: 'cinder-volume', host });
    const usages = await hostUsage(parts.database, meant.pool ?? '');
    return { host: [totalOf(usages), ...usages].map((usage) => resourceView(host, usage)) };
  },

  async updateHost(request, parts) {
    const host = param(request, 'host');
    const services = await servicesOf(parts);
    if (!services.some((each) => each.host === host)) throw otherFaults.hostNotFound({ host });
    const isEnabled = statusIn(request.body);
    if (isEnabled === null) return {};
    await setEnabled(parts, host, isEnabled);
    return { host, status: isEnabled ? 'enabled' : 'disabled' };
  },
};
