// The one connection of a provider process, opened at its first use. Invariant: configure only
// remembers (the SDK neither awaits it for concurrent calls nor repeats it after a failure); a
// failed opening is tried again by the next call.
import { homedir } from 'node:os';
import { z } from 'zod';
import { connect } from '../client/connect';
import { localEngine } from '../client/local-engine';
import type { Connection } from '../client/connection';
import type { Settings } from '../client/settings';
import { resolveSettings } from '../client/settings';
import type { Session } from '../reconcile';
import { Claims } from '../reconcile-claims';
import { Refusal } from '../resources/refusal';
import { isEngineAlive } from './caller-alive';

/** What the SDK gives configure: the stack's configuration. */
export interface StackConfig {
  get(key: string): string | undefined;
}

const text = z.string().min(1).optional();
const flag = z.enum(['true', 'false']).optional();

/** The settings of the namespace `cinderkit` in a stack's configuration. */
const configShape = z.object({
  cloud: text,
  cloudsFile: text,
  authUrl: text,
  authType: text,
  username: text,
  userId: text,
  password: text,
  userDomainName: text,
  userDomainId: text,
  projectName: text,
  projectId: text,
  projectDomainName: text,
  projectDomainId: text,
  token: text,
  applicationCredentialId: text,
  applicationCredentialName: text,
  applicationCredentialSecret: text,
  region: text,
  interface: z.enum(['public', 'internal', 'admin']).optional(),
  insecure: flag,
  cacertFile: text,
  engineFolder: text,
  owner: text,
});

type Config = z.output<typeof configShape>;

/** The connection of a process and what it was opened with. */
export class ProviderSession {
  #config: StackConfig | null = null;
  #opening: Promise<Connection> | null = null;
  readonly #claims = new Claims();

  /** Remembers the stack's configuration. Does nothing else; never throws. */
  remember(config: StackConfig | undefined): void {
    if (config) this.#config ??= config;
  }

  /** The session; logs in or starts the project's engine at the first call that succeeds. */
  async open(): Promise<Session> {
    this.#opening ??= openConnection(this.settings(), process.cwd()).catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    const connection = await this.#opening;
    return { connection, isCallerAlive: isEngineAlive, claims: this.#claims, warn };
  }

  /** The settings of the stack. Throws where one of them cannot be meant. */
  settings(): Config {
    const config = this.#config;
    const keys = Object.keys(configShape.shape);
    const given = keys.map((key) => [key, config?.get(`cinderkit:${key}`)] as const);
    const parsed = configShape.safeParse(Object.fromEntries(given));
    if (parsed.success) return parsed.data;
    const wrong = parsed.error.issues.map(
      ({ path, message }) => `cinderkit:${path.join('.')}: ${message}`,
    );
    throw new Refusal(`Cannot use the stack's configuration: ${wrong.join('; ')}.`);
  }

  /** Ends the connection, if there is one. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    await (await opening)?.close();
  }
}

/** The session of this process: all resources share it. */
export const processSession = new ProviderSession();

async function openConnection(config: Config, cwd: string): Promise<Connection> {
  const { engineFolder, owner: _owner, insecure, ...rest } = config;
  const explicit = { ...rest, ...(insecure ? { insecure: insecure === 'true' } : {}) };
  const given = Object.entries(explicit).filter(([, value]) => value !== undefined);
  if (engineFolder !== undefined && given.length > 0) {
    const names = given.map(([key]) => `cinderkit:${key}`).join(', ');
    throw new Refusal(
      `Cannot use both cinderkit:engineFolder and ${names}: the one means the bundled engine, ` +
        'the others a cloud. Remove one of them.',
    );
  }
  const surroundings = { env: process.env, cwd, home: homedir() };
  const cloud =
    engineFolder === undefined
      ? await resolveSettings(Object.fromEntries(given) as Settings, surroundings)
      : null;
  if (cloud) return connect(cloud);
  const folder = engineFolder === undefined ? {} : { dataFolder: engineFolder };
  const engine = { projectFolder: cwd, ...folder };
  // An engine that ends while it is in use is started again: it comes back at the port it had.
  return connect(await localEngine(engine), { revive: () => localEngine(engine) });
}

/** Lines of a provider's stdout are shown to the user as information. */
function warn(line: string): void {
  process.stdout.write(`${line}\n`);
}
