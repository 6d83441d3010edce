// The files by which a running engine is found: engine.json in its data folder, and what its ready
// endpoint answers. The engine writes them, the provider and the command line read them. Invariant:
// engine.json exists only while an engine that was ready has not been stopped; a crash may leave
// it, so a reader compares the instance with the one that the ready endpoint echoes.
import { z } from 'zod';

/** Name of the file that says where a ready engine is. */
export const engineFileName = 'engine.json';

/** Name of the file with the credentials, readable by its owner alone. */
export const cloudsFileName = 'clouds.yaml';

/** Name of the engine's log. */
export const logFileName = 'engine.log';

/** Data folder of a project's own engine, below the current folder. */
export const defaultDataFolder = '.cinderkit/engine';

/** Path of the ready endpoint: 200 when the engine serves, 503 before and while it stops. */
export const readyPath = '/ready';

/** Names of the clouds in clouds.yaml: the administrator and an ordinary member of its project. */
export const engineClouds = { admin: 'cinderkit', member: 'cinderkit-member' } as const;

/**
 * The file in which an install of the Terraform provider keeps where the package lies, by which a
 * provider that runs outside the package finds the engine: `{ "package": "/path" }`.
 */
export function installRecordPath(given: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}): string {
  const data = given.env['XDG_DATA_HOME'] || `${given.home}/.local/share`;
  return `${data}/cinderkit/install.json`;
}

/** What engine.json holds. */
export const engineFile = z.object({
  /** Version of cinderkit that runs. */
  version: z.string(),
  pid: z.number().int().positive(),
  /** Scheme, host and port, without a slash at the end. Services are below /identity and so on. */
  url: z.url(),
  /** ISO 8601 in UTC. */
  startedAt: z.string(),
  /** Random, new at each start; the ready endpoint echoes it. */
  instanceId: z.string().min(1),
});

/** The contents of engine.json. */
export type EngineFile = z.output<typeof engineFile>;

/** What the ready endpoint tells of one pool, when asked with `?pools`. */
export const readyPool = z.object({
  name: z.string(),
  /** Kind of driver: raw-file, qcow2. */
  driver: z.string(),
  volumeBackendName: z.string(),
  /** Whether a volume made from another thing of this pool shares its bytes in constant time. */
  clones: z.boolean(),
  totalGib: z.number(),
  freeGib: z.number(),
});

/** One pool as the ready endpoint tells it. */
export type ReadyPool = z.output<typeof readyPool>;

/** What the ready endpoint answers. */
export const readyReply = z.object({
  status: z.enum(['ready', 'starting', 'recovering', 'unhealthy', 'stopping']),
  instanceId: z.string(),
  version: z.string(),
  /** What is wrong, in words; only where the status is `unhealthy`. */
  problems: z.array(z.string()).optional(),
  /** In the order of choice: volumes without a wish of their own go to the first. */
  pools: z.array(readyPool).optional(),
});

/** The answer of the ready endpoint. */
export type ReadyReply = z.output<typeof readyReply>;
