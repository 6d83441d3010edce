// The clouds that the client is tried on: the bundled engine, started for the test, and a real
// OpenStack where the person who runs the tests names one.
import { join } from 'node:path';
import { startEngine } from '../../bundled-engine/main';
import type { Settings } from '../../provider/client/settings';
import { cloudsFileName, engineClouds } from '../../schema/wire/engine-folder';
import { removeFolder, tempFolder } from '../support/temp-folder';

/** A cloud with two logins. */
export interface Endpoint {
  readonly member: Settings;
  readonly admin: Settings;
  stop(): Promise<void>;
}

/** Starts the bundled engine in a temporary folder. */
export async function bundledEngine(): Promise<Endpoint> {
  const dataFolder = await tempFolder();
  const engine = await startEngine({ dataFolder, port: 0, logLevel: 'error' });
  const cloudsFile = join(dataFolder, cloudsFileName);
  return {
    member: { cloud: engineClouds.member, cloudsFile },
    admin: { cloud: engineClouds.admin, cloudsFile },
    stop: async () => {
      await engine.stop();
      await removeFolder(dataFolder);
    },
  };
}

const { env } = process;

/** Whether a real OpenStack is named. */
export const namesPeer = Boolean(env['CINDERKIT_PEER_AUTH_URL']);

/** The real OpenStack that CINDERKIT_PEER_AUTH_URL names. */
export async function realOpenStack(): Promise<Endpoint> {
  const member: Settings = {
    authUrl: env['CINDERKIT_PEER_AUTH_URL'] ?? '',
    username: env['CINDERKIT_PEER_USERNAME'] ?? 'demo',
    password: env['CINDERKIT_PEER_PASSWORD'] ?? 'secret',
    projectName: env['CINDERKIT_PEER_PROJECT'] ?? 'demo',
    userDomainName: 'Default',
    projectDomainName: 'Default',
  };
  const admin = {
    ...member,
    username: env['CINDERKIT_PEER_ADMIN_USERNAME'] ?? 'admin',
    password: env['CINDERKIT_PEER_ADMIN_PASSWORD'] ?? 'secret',
  };
  return { member, admin, stop: async () => undefined };
}
