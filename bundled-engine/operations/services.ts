// The services that this engine stands for: a real Cloud has a program each for scheduling, backups
// and every pool; here they are parts of one process. Invariant: they are always up, for else
// nobody could ask.
import type { Parts } from '../parts';
import type { Db } from '../records/database';
import { listServiceStates, untouched } from '../records/services';
import type { ServiceKey, ServiceState } from '../records/services';

/** Name of this host, as the hosts of services begin. */
export const hostName = 'cinderkit';

/** One service as it is now. */
export interface Service extends ServiceKey, ServiceState {
  /** The pool behind a cinder-volume; null for the others. */
  readonly pool: string | null;
}

/** All services in the order in which they are listed. */
export async function servicesOf(parts: Parts, db: Db = parts.database): Promise<Service[]> {
  const states = await listServiceStates(db);
  const service = (binary: string, host: string, pool: string | null): Service => {
    const said = states.find((state) => state.binary === binary && state.host === host);
    return { ...(said ?? { binary, host, ...untouched }), pool };
  };
  return [
    service('cinder-backup', hostName, null),
    service('cinder-scheduler', hostName, null),
    ...parts.pools.map(({ name }) => service('cinder-volume', `${hostName}@${name}`, name)),
  ];
}

/** Whether the scheduler may choose what a service has (cinder/scheduler/host_manager.py). */
export function isOpen({ isDisabled, isFrozen }: ServiceState): boolean {
  return !isDisabled && !isFrozen;
}

/**
 * Whether `host` is what `asked` names: itself, a pool of it, or, for a name without a back end, a
 * back end on it (cinder/db/sqlalchemy/api.py).
 */
export function isOnHost(host: string, asked: string): boolean {
  if (host === asked) return true;
  if (asked.includes('#')) return false;
  return host.startsWith(`${asked}#`) || (!asked.includes('@') && host.startsWith(`${asked}@`));
}
