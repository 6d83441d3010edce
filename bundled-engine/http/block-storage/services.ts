// Handlers of services: list, enable, disable, freeze, thaw, failover, log levels. Invariant:
// nothing here stops the engine or touches a byte; a disabled or frozen pool only takes nothing
// new. Order of checks and texts: cinder/api/contrib/services.py, cinder/volume/api.py.
import { operatorFaults } from '../../../schema/operator-faults';
import { logBinaries } from '../../../schema/wire/services';
import type { serviceRoutes } from '../../../schema/wire/services';
import { hostName, isOnHost, servicesOf } from '../../operations/services';
import type { Service } from '../../operations/services';
import type { Parts } from '../../parts';
import { momentOf } from '../../records/moment';
import { saveServiceState } from '../../records/services';
import type { ServiceState } from '../../records/services';
import type { HandlersOf, RouteRequest } from '../route-request';
import { queryValue } from './asker-of';
import { levelOf, logLevelsOf, setLogLevel } from './log-levels';
import type { Logging } from './log-levels';

const volumeBinary = 'cinder-volume';

function serviceView(request: RouteRequest, parts: Parts): (one: Service) => object {
  const { minor } = request;
  const updatedAt = momentOf(parts.clock.now());
  return (service) => {
    const isVolume = service.binary === volumeBinary;
    return {
      binary: service.binary,
      host: service.host,
      zone: parts.config.availabilityZone,
      status: service.isDisabled ? 'disabled' : 'enabled',
      state: 'up',
      updated_at: updatedAt,
      ...(isVolume && minor >= 49 ? { backend_state: 'up' } : {}),
      ...(minor >= 7 ? { cluster: null } : {}),
      disabled_reason: service.disabledReason,
      ...(isVolume
        ? {
            replication_status: 'disabled',
            active_backend_id: null,
            frozen: service.isFrozen,
          }
        : {}),
    };
  };
}

interface Named {
  readonly binary?: string | undefined;
  readonly service?: string | undefined;
  readonly host?: string | null | undefined;
}

/** Enables or disables the service that a body names, in one transaction. */
async function change(
  parts: Parts,
  body: Named,
  to: Pick<ServiceState, 'isDisabled'> & Partial<ServiceState>,
): Promise<Record<string, unknown>> {
  const { host, service = '', binary = '' } = body;
  if (!host) throw operatorFaults.hostMissing({});
  const wanted = binary === '' ? service : binary;
  await parts.database.transaction(async (tx) => {
    const services = await servicesOf(parts, tx);
    const found = services.find((each) => each.binary === wanted && isOnHost(each.host, host));
    if (!found) throw operatorFaults.serviceNotFound({ binary: wanted, host });
    await saveServiceState(tx, found, { ...found, ...to });
  });
  const status = to.isDisabled ? 'disabled' : 'enabled';
  return { disabled: to.isDisabled, host, service, binary, status };
}

interface Place {
  readonly host?: string | null | undefined;
  readonly cluster?: string | null | undefined;
}

/** The one cinder-volume that freeze, thaw and failover are about. */
function backendOf(services: readonly Service[], place: Place, takesCluster: boolean): Service {
  const { host } = place;
  const cluster = takesCluster ? place.cluster : null;
  if (Boolean(cluster) === Boolean(host)) {
    throw takesCluster ? operatorFaults.oneOfClusterAndHost({}) : operatorFaults.hostMissing({});
  }
  if (!host) throw operatorFaults.noServiceFound({ key: 'cluster', value: cluster ?? '' });
  const onHost = services.filter((each) => each.pool !== null && isOnHost(each.host, host));
  const [first, another] = onHost;
  if (!first) throw operatorFaults.noServiceFound({ key: 'host', value: host });
  if (another) throw operatorFaults.servicesDiffer({});
  return first;
}

/** Freezes or thaws a back end; one that is so already is refused. */
async function freeze(parts: Parts, request: RouteRequest<Place>, to: boolean): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const services = await servicesOf(parts, tx);
    const found = backendOf(services, request.body, request.minor >= 26);
    if (found.isFrozen === to) {
      const expected = to ? 'False' : 'True';
      const { host } = found;
      throw operatorFaults.stateRefused({ field: 'frozen', host, expected, mustBeUp: false });
    }
    const disabledReason = to ? 'frozen' : '';
    await saveServiceState(tx, found, { isFrozen: to, isDisabled: to, disabledReason });
  });
}

/** No pool here has a replica, so there is nothing that could be failed over to. */
async function failOver(
  parts: Parts,
  request: RouteRequest<Place>,
  takesCluster: boolean,
): Promise<void> {
  const { host } = backendOf(await servicesOf(parts), request.body, takesCluster);
  const expected = "['enabled', 'failed-over']";
  throw operatorFaults.stateRefused({
    field: 'replication_status',
    host,
    expected,
    mustBeUp: true,
  });
}

function assertSince(request: RouteRequest, minor: number): void {
  if (request.minor < minor) throw operatorFaults.serviceActionUnknown({});
}

interface LogQuestion {
  readonly binary?: string | undefined;
  readonly server?: string | null | undefined;
}

/** The programs that a request about logs means, and all that there are. */
async function loggingOf(
  parts: Parts,
  { binary, server }: LogQuestion,
): Promise<{ meant: Logging[]; all: Logging[] }> {
  const api: Logging = { binary: 'cinder-api', host: hostName };
  const all = [api, ...(await servicesOf(parts))];
  const binaries: readonly string[] =
    binary === undefined || binary === '' || binary === '*' ? logBinaries : [binary];
  const isMeant = (each: Logging): boolean =>
    binaries.includes(each.binary) &&
    (!server || (each === api ? server === hostName : isOnHost(each.host, server)));
  return { meant: all.filter(isMeant), all };
}

/** Handlers by the verbs of the route table. */
export const serviceHandlers: HandlersOf<typeof serviceRoutes> = {
  async listServices(request, parts) {
    const binary = queryValue(request, 'binary');
    const host = queryValue(request, 'host');
    const services = (await servicesOf(parts)).filter(
      (each) => (!binary || each.binary === binary) && (!host || isOnHost(each.host, host)),
    );
    return { services: services.map(serviceView(request, parts)) };
  },

  // A reason stays when the service is enabled again, as a real Cinder leaves it.
  enableService: ({ body }, parts) => change(parts, body, { isDisabled: false }),
  disableService: ({ body }, parts) => change(parts, body, { isDisabled: true }),

  async disableServiceForReason({ body }, parts) {
    const disabledReason = body.disabled_reason ?? null;
    const changed = await change(parts, body, { isDisabled: true, disabledReason });
    return { disabled_reason: disabledReason, ...changed };
  },

  freezeHost: (request, parts) => freeze(parts, request, true),
  thawHost: (request, parts) => freeze(parts, request, false),
  failoverHost: (request, parts) => failOver(parts, request, false),

  failover(request, parts) {
    assertSince(request, 26);
    return failOver(parts, request, true);
  },

  async setLogLevel(request, parts) {
    assertSince(request, 32);
    const { body } = request;
    const level = levelOf(body.level);
    const to = await loggingOf(parts, body);
    setLogLevel(parts.log, to, { prefix: body.prefix ?? '', level });
  },

  async showLogLevels(request, parts) {
    assertSince(request, 32);
    const { body } = request;
    const { meant } = await loggingOf(parts, body);
    return {
      log_levels: meant.map((each) => ({
        host: each.host,
        binary: each.binary,
        levels: logLevelsOf(parts.log, each, body.prefix ?? ''),
      })),
    };
  },

  changeServiceOtherwise() {
    throw operatorFaults.serviceActionUnknown({});
  },
};
