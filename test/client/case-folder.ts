// Lays out the files of a settings case in a temporary folder, and puts what comes out into a
// plain form that can be compared.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ResolvedSettings } from '../../provider/client/resolved-settings';
import type { Surroundings } from '../../provider/client/settings';
import type { SettingsCase } from './settings-case';

/** A folder with a case's files. */
export interface CaseFolder {
  readonly surroundings: Surroundings;
  remove(): Promise<void>;
}

/** Makes the folder of `given`. The caller removes it. */
export async function layOut(given: Pick<SettingsCase, 'files' | 'env'>): Promise<CaseFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'cinderkit-settings-'));
  const [cwd, home] = [join(folder, 'cwd'), join(folder, 'home')];
  await Promise.all([mkdir(cwd), mkdir(home)]);
  for (const [path, text] of Object.entries(given.files ?? {})) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const env = Object.entries(given.env ?? {}).map(
    ([key, value]) => [key, value.replace('$DIR', folder)] as const,
  );
  return {
    surroundings: { env: Object.fromEntries(env), cwd, home },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Settings with their secrets in the open and the facts of one service beside the others. */
export function plainSettings(settings: ResolvedSettings): Record<string, unknown> {
  const { login, scope, tls, authUrl, region } = settings;
  const volume = settings.services['block-storage'];
  return {
    authUrl,
    region,
    scope,
    ...tls,
    interface: settings.interface,
    microversion: volume?.defaultMicroversion,
    endpoint: volume?.endpoint,
    volumeInterface: volume?.interface ?? settings.interface,
    ...plainLogin(login),
  };
}

function plainLogin(login: ResolvedSettings['login']): Record<string, unknown> {
  if (login.method === 'password') {
    return { user: login.user, password: login.password.reveal() };
  }
  if (login.method === 'token') return { token: login.token.reveal() };
  const credential = 'id' in login ? { id: login.id } : { name: login.name, user: login.user };
  return { credential, secret: login.secret.reveal() };
}
