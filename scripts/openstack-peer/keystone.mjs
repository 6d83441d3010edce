// Keystone, the identity service: its settings, its first administrator, its HTTP face.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { daemonEnvironment, waitUntil } from './daemons.mjs';
import { mustRun } from './machine.mjs';
import { databaseUrl, writeIni } from './settings-files.mjs';
import { startWebApp } from './web-apps.mjs';

export const region = 'RegionOne';

/** Writes the settings. Repeatable. */
export function configureKeystone(layout) {
  const keys = join(layout.state, 'keystone');
  mkdirSync(keys, { recursive: true });
  writeIni(settingsFile(layout), {
    DEFAULT: { log_dir: '' },
    database: { connection: databaseUrl(layout, 'keystone') },
    token: { provider: 'fernet' },
    fernet_tokens: { key_repository: join(keys, 'fernet') },
    credential: { key_repository: join(keys, 'credential') },
    // Its two workers share no memory; without a cache between them what one forgot the other
    // knows.
    cache: { enabled: false },
  });
}

/** Makes the tables, the keys and the first administrator. Repeatable. */
export async function installKeystone(layout, secrets, signal) {
  const manage = (...args) =>
    mustRun('keystone-manage', ['--config-file', settingsFile(layout), ...args], {
      logFile: join(layout.log, 'keystone-manage.log'),
      env: daemonEnvironment(layout),
      signal,
    });
  const owner = ['--keystone-user', 'root', '--keystone-group', 'root'];
  const { identity } = layout.urls;
  await manage('db_sync');
  await manage('fernet_setup', ...owner);
  await manage('credential_setup', ...owner);
  const first = {
    username: 'admin',
    password: secrets.admin,
    'project-name': 'admin',
    'role-name': 'admin',
    'service-name': 'keystone',
    'region-id': region,
    'public-url': identity,
    'internal-url': identity,
    'admin-url': identity,
  };
  const flags = Object.entries(first).flatMap(([key, value]) => [`--bootstrap-${key}`, value]);
  await manage('bootstrap', ...flags);
}

/** Starts the HTTP face and waits until it answers. Repeatable. */
export async function startKeystone(layout, signal) {
  await startWebApp(layout, 'keystone', {
    port: layout.ports.keystone,
    file: '/usr/bin/keystone-wsgi-public',
    env: { OS_KEYSTONE_CONFIG_FILES: settingsFile(layout) },
  });
  const answers = async () => (await fetch(layout.urls.identity)).ok;
  await waitUntil(layout, 'Keystone answers', answers, { daemon: 'keystone', signal });
}

function settingsFile({ etc }) {
  return join(etc, 'keystone/keystone.conf');
}
