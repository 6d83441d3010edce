// The connection that a configuration asks for. Invariant: the bundled engine is meant where its
// block is there or nothing at all is configured; a clouds.yaml that nobody named is not used.
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { connect } from '../../client/connect';
import type { Connection } from '../../client/connection';
import { localEngine } from '../../client/local-engine';
import type { ResolvedSettings } from '../../client/resolved-settings';
import { resolveSettings } from '../../client/settings';
import type { Configuration } from './configuration';
import type { Place } from './workspace';

/**
 * The cloud that is meant, read from settings, variables and files without any request; null for
 * the bundled engine. Throws a fault of the client.
 */
export async function meantCloud(
  { engine, settings }: Configuration,
  { env, cwd }: Place,
): Promise<ResolvedSettings | null> {
  if (engine) return null;
  return resolveSettings(settings, { env, cwd, home: env['HOME'] ?? homedir() });
}

/** Opens the connection; starts the engine where that is meant. Throws a fault of the client. */
export async function openConnection(
  configuration: Configuration,
  place: Place,
  signal: AbortSignal,
): Promise<Connection> {
  const cloud = await meantCloud(configuration, place);
  if (cloud) return connect(cloud);
  const folder = configuration.engine?.folder ?? null;
  const engine = {
    projectFolder: place.cwd,
    env: place.env,
    signal,
    ...(folder === null ? {} : { dataFolder: resolve(place.cwd, folder) }),
  };
  // An engine that ends while it is in use is started again: it comes back at the port it had.
  return connect(await localEngine(engine), { revive: () => localEngine(engine) });
}
