// Chooses the pool that a volume is made in, as Cinder's scheduler does: pools that lack what the
// type asks for, or the space, or that take nothing new, are struck out; of the rest the source's
// own pool wins, then the first configured. Invariant: pure; it looks at facts and changes nothing
// (cinder/scheduler/filters).

/** Thin pools may promise this many times their real space (Cinder's usual default). */
export const overSubscriptionRatio = 20;

/** What the scheduler knows of one pool. */
export interface PoolFacts {
  readonly name: string;
  readonly volumeBackendName: string;
  /** Further capabilities that unscoped extra specs are matched against. */
  readonly capabilities: Readonly<Record<string, string | boolean>>;
  readonly totalGib: number;
  readonly freeGib: number;
  /** Sum of the sizes of the volumes and snapshots in the pool. */
  readonly provisionedGib: number;
  /** Bound from the configuration on what may be provisioned; null for none. */
  readonly boundGib: number | null;
  /** Whether its service is enabled and not frozen: other pools take nothing new. */
  readonly isOpen: boolean;
}

/** What is looked for. */
export interface PoolRequest {
  readonly extraSpecs: Readonly<Record<string, string | null>>;
  readonly sizeGib: number;
  /**
   * Pool of the thing whose bytes are wanted: taken when it fits, for there they can be cloned.
   */
  readonly preferred: string | null;
}

/** The chosen pool's name, or null where no pool serves. */
export function choosePool(pools: readonly PoolFacts[], request: PoolRequest): string | null {
  const fitting = pools.filter(
    (pool) => pool.isOpen && suits(pool, request.extraSpecs) && hasRoom(pool, request.sizeGib),
  );
  const preferred = fitting.find((pool) => pool.name === request.preferred);
  return (preferred ?? fitting[0])?.name ?? null;
}

/** Whether a pool has everything that the extra specs ask for. */
export function suits(
  pool: PoolFacts,
  extraSpecs: Readonly<Record<string, string | null>>,
): boolean {
  return Object.entries(extraSpecs).every(([key, wanted]) => {
    const capability = capabilityOf(key);
    if (capability === null) return true;
    const actual =
      capability === 'volume_backend_name'
        ? pool.volumeBackendName
        : capability === 'pool_name'
          ? pool.name
          : pool.capabilities[capability];
    return actual !== undefined && matches(String(actual), wanted ?? '');
  });
}

/**
 * The capability that an extra spec is about: unscoped keys and those scoped with `capabilities:`;
 * null for keys of other scopes, and for those that steer the volume and not the choice.
 */
function capabilityOf(key: string): string | null {
  const [scope, ...rest] = key.split(':');
  if (rest.length === 0) return key === 'multiattach' ? null : key;
  return scope === 'capabilities' ? rest.join(':') : null;
}

/** The operators of Cinder's extra specs: `<is> True`, `<in> text`, `<or> a <or> b`, `>= 5`. */
function matches(actual: string, wanted: string): boolean {
  const words = wanted.trim().split(/\s+/);
  const [operator = '', ...operands] = words;
  const operand = operands.join(' ');
  switch (operator) {
    case '<is>':
      return actual.toLowerCase() === operand.toLowerCase();
    case '<in>':
      return actual.includes(operand);
    case '<or>':
      return wanted
        .split('<or>')
        .map((choice) => choice.trim())
        .includes(actual);
    case '=':
    case '>=':
      return Number(actual) >= Number(operand);
    case '<=':
      return Number(actual) <= Number(operand);
    case '==':
      return Number(actual) === Number(operand);
    case '!=':
      return Number(actual) !== Number(operand);
    case 's==':
      return actual === operand;
    case 's!=':
      return actual !== operand;
    default:
      return actual.toLowerCase() === wanted.toLowerCase();
  }
}

/** Whether the pool can promise `sizeGib` more: within its bound, its ratio and its free space. */
export function hasRoom(pool: PoolFacts, sizeGib: number): boolean {
  if (pool.boundGib !== null && pool.provisionedGib + sizeGib > pool.boundGib) return false;
  if (pool.totalGib <= 0) return false;
  const ratio = (pool.provisionedGib + sizeGib) / pool.totalGib;
  return ratio <= overSubscriptionRatio && pool.freeGib * overSubscriptionRatio >= sizeGib;
}
