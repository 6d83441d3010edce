// Glance, the image service, with its images as files. It has no store in Cinder: with the NFS
// driver of this peer Glance's uploads to such a store end in a timeout, so volume-backed images
// are not made.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { daemonEnvironment, waitUntil } from './daemons.mjs';
import { mustRun } from './machine.mjs';
import { databaseUrl, tokenChecking, writeIni } from './settings-files.mjs';
import { startWebApp } from './web-apps.mjs';

/** Writes the settings. Repeatable. */
export function configureGlance(layout, secrets) {
  const { etc, state } = layout;
  const own = join(etc, 'glance');
  const place = (name) => {
    const folder = join(state, 'glance', name);
    mkdirSync(folder, { recursive: true });
    return folder;
  };
  mkdirSync(own, { recursive: true });
  for (const name of ['glance-api-paste.ini', 'schema-image.json']) {
    cpSync(`/etc/glance/${name}`, join(own, name));
  }
  writeIni(settingsFile(layout), {
    DEFAULT: {
      enabled_backends: 'files:file',
      show_image_direct_url: true,
      image_size_cap: 10 * 1024 ** 3,
    },
    database: { connection: databaseUrl(layout, 'glance') },
    glance_store: { default_backend: 'files' },
    files: { filesystem_store_datadir: place('images') },
    os_glance_tasks_store: { filesystem_store_datadir: place('tasks') },
    os_glance_staging_store: { filesystem_store_datadir: place('staging') },
    oslo_concurrency: { lock_path: place('locks') },
    paste_deploy: { flavor: 'keystone', config_file: join(own, 'glance-api-paste.ini') },
    keystone_authtoken: tokenChecking(layout, secrets, 'glance'),
  });
}

/** Makes the tables. Repeatable. */
export async function installGlance(layout, signal) {
  await mustRun('glance-manage', ['--config-file', settingsFile(layout), 'db_sync'], {
    logFile: join(layout.log, 'glance-manage.log'),
    env: daemonEnvironment(layout),
    signal,
  });
}

/** Starts the HTTP face. Repeatable. */
export async function startGlance(layout) {
  await startWebApp(layout, 'glance-api', {
    port: layout.ports.glance,
    file: '/usr/bin/glance-wsgi-api',
    env: { OS_GLANCE_CONFIG_DIR: join(layout.etc, 'glance') },
  });
}

/** Waits until the HTTP face answers. */
export async function awaitGlance(layout, signal) {
  const answers = async () => (await fetch(`${layout.urls.image}/healthcheck`)).ok;
  await waitUntil(layout, 'Glance answers', answers, { daemon: 'glance-api', signal });
}

function settingsFile({ etc }) {
  return join(etc, 'glance/glance-api.conf');
}
