// Whether what a plan asks for fits the project's quota, told before anything is made. Invariant: a
// forecast only warns, for the quota may change before the apply; a service that tells no limits is
// no reason to warn; each quota is warned about once.
import { isFault } from '../schema/kernel/fault';
import { quotaRoutes } from '../schema/wire/quotas';
import type { Connection } from './client/connection';
import type { Adapter, QuotaName, Values } from './resources/adapter';

/** Names under which `limits` tells the bound and the use of each quota. */
const limitNames = {
  volumes: ['maxTotalVolumes', 'totalVolumesUsed'],
  gigabytes: ['maxTotalVolumeGigabytes', 'totalGigabytesUsed'],
  snapshots: ['maxTotalSnapshots', 'totalSnapshotsUsed'],
  backups: ['maxTotalBackups', 'totalBackupsUsed'],
  backup_gigabytes: ['maxTotalBackupGigabytes', 'totalBackupGigabytesUsed'],
} as const satisfies Record<QuotaName, readonly [string, string]>;

const quotaNames = Object.keys(limitNames) as QuotaName[];

interface Bound {
  readonly most: number;
  readonly used: number;
}

type Bounds = Partial<Record<QuotaName, Bound>>;

/** Inputs of a thing before and after a planned change; null where there is no thing. */
export interface PlannedChange {
  readonly before: Values | null;
  readonly after: Values | null;
}

/** The sum of all changes that one process has planned, against the project's quota. */
export class QuotaForecast {
  readonly #planned = new Map<QuotaName, number>();
  readonly #told = new Set<QuotaName>();
  #bounds: Promise<Bounds> | null = null;

  /**
   * Adds a planned change and returns what is to be said about it: a sentence for each quota that
   * is now exceeded and was not before. Asks the service once. Throws where it cannot be reached.
   */
  async add(
    adapter: Adapter,
    change: PlannedChange,
    connect: () => Promise<{ readonly connection: Connection; readonly signal?: AbortSignal }>,
  ): Promise<readonly string[]> {
    const grown = this.#count(adapter, change);
    if (grown.length === 0) return [];
    this.#bounds ??= connect().then(readBounds);
    let bounds: Bounds;
    try {
      bounds = await this.#bounds;
    } catch (error) {
      this.#bounds = null;
      throw error;
    }
    return grown.flatMap((name) => this.#warning(name, bounds[name]));
  }

  #count(adapter: Adapter, { before, after }: PlannedChange): QuotaName[] {
    const old = (before && adapter.quotaUse?.(before)) ?? {};
    const next = (after && adapter.quotaUse?.(after)) ?? {};
    return quotaNames.filter((name) => {
      const more = (next[name] ?? 0) - (old[name] ?? 0);
      this.#planned.set(name, (this.#planned.get(name) ?? 0) + more);
      return more > 0;
    });
  }

  #warning(name: QuotaName, bound: Bound | undefined): string[] {
    const planned = this.#planned.get(name) ?? 0;
    const exceeds = bound && bound.most >= 0 && bound.used + planned > bound.most;
    if (!exceeds || this.#told.has(name)) return [];
    this.#told.add(name);
    return [
      `The project's quota of ${name} is ${bound.most}, of which ${bound.used} are in use, and ` +
        `this plan adds ${planned} or more: the service will refuse what goes beyond it. Raise ` +
        'the quota, or remove what is no longer needed.',
    ];
  }
}

async function readBounds(given: {
  readonly connection: Connection;
  readonly signal?: AbortSignal;
}): Promise<Bounds> {
  const { connection, signal } = given;
  try {
    const reply = await connection.call(quotaRoutes.showLimits, signal ? { signal } : {});
    const { absolute } = reply.body.limits;
    const pairs = quotaNames.map((name) => {
      const [most, used] = limitNames[name];
      return [name, { most: absolute[most], used: absolute[used] }] as const;
    });
    return Object.fromEntries(pairs);
  } catch (error) {
    // A cloud whose policy keeps limits to itself answers for the quota when it is asked to make.
    if (isFault(error, 'forbidden') || isFault(error, 'itemNotFound')) return {};
    throw error;
  }
}
