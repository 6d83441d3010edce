// The engine's settings: <data folder>/engine.yaml over our defaults. Invariant: what comes out is
// complete and checked; a key that we do not know is refused by name, never ignored.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf, messageOf } from './host/error-facts';
import { engineFaults } from './engine-faults';

const gib = z.number().int().positive();
const limit = z.number().int().min(-1);

/** Kinds of drivers that a pool can have. */
export const driverKinds = ['raw-file', 'qcow2'] as const;

const poolShape = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'must be letters, digits, - and _'),
  driver: z.enum(driverKinds),
  volumeBackendName: z.string().min(1).max(255).optional(),
  capacityGib: gib.optional(),
});

const quotasShape = z.strictObject({
  volumes: limit.default(10),
  snapshots: limit.default(10),
  gigabytes: limit.default(1000),
  backups: limit.default(10),
  backup_gigabytes: limit.default(1000),
  groups: limit.default(10),
  per_volume_gigabytes: limit.default(-1),
});

const fileShape = z.strictObject({
  pools: z
    .array(poolShape)
    .min(1)
    .refine((pools) => new Set(pools.map((pool) => pool.name)).size === pools.length, {
      message: 'two pools have the same name',
    })
    .optional(),
  quotas: quotasShape.prefault({}),
  tokenLifetimeMinutes: z
    .number()
    .positive()
    .default(24 * 60),
  defaultVolumeType: z.string().min(1).max(255).default('__DEFAULT__'),
});

/** One pool as configured. */
export type PoolConfig = z.output<typeof poolShape>;

/** Quotas of a project that has none of its own; -1 is unlimited. Defaults are those of Cinder
 * (cinder/quota.py). */
export type QuotaDefaults = z.output<typeof quotasShape>;

/** Everything that can be set. */
export interface EngineConfig {
  /** Pools as configured; undefined means the default pools that this machine can serve. */
  readonly pools: readonly PoolConfig[] | undefined;
  readonly quotas: QuotaDefaults;
  readonly tokenLifetimeMinutes: number;
  readonly defaultVolumeType: string;
  readonly region: string;
  readonly availabilityZone: string;
}

/** Name of the settings file in the data folder. */
export const configFileName = 'engine.yaml';

/**
 * Reads and checks the settings of `dataFolder`; a missing file means the defaults. Fails with
 * `configUnusable`, naming each wrong key.
 */
export async function readConfig(dataFolder: string): Promise<EngineConfig> {
  const file = join(dataFolder, configFileName);
  const text = await textOf(file);
  const parsed = fileShape.safeParse(text === null ? {} : await parseYaml(file, text));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`,
    );
    throw engineFaults.configUnusable({ file, problems });
  }
  const { pools, quotas, tokenLifetimeMinutes, defaultVolumeType } = parsed.data;
  return {
    pools,
    quotas,
    tokenLifetimeMinutes,
    defaultVolumeType,
    region: 'RegionOne',
    availabilityZone: 'nova',
  };
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw engineFaults.configUnusable({ file, problems: [String(error)] }, error);
  }
}

async function parseYaml(file: string, text: string): Promise<unknown> {
  // Loaded on demand: most engines have no settings file, and start sooner without the parser.
  const { parse } = await import('yaml');
  try {
    const value: unknown = parse(text);
    return value ?? {};
  } catch (error) {
    const problem = messageOf(error);
    throw engineFaults.configUnusable({ file, problems: [problem] }, error);
  }
}
