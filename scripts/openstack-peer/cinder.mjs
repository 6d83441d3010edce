// Cinder, the block storage service: API, scheduler, volume and backup, with its own NFS driver and
// its backups as files.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { daemonEnvironment, startDaemon, waitUntil } from './daemons.mjs';
import { address } from './layout.mjs';
import { mustRun } from './machine.mjs';
import { brokerUrl } from './rabbitmq.mjs';
import { databaseUrl, serviceLogin, tokenChecking, writeIni } from './settings-files.mjs';
import { backends } from './shares.mjs';
import { startWebApp } from './web-apps.mjs';

const daemons = ['cinder-scheduler', 'cinder-volume', 'cinder-backup'];
// The services report this often that they are alive, so that "all up" is true soon after a start.
const reportSeconds = 2;

/** Writes the settings; `shares` is what mountShares gave. Repeatable. */
export function configureCinder(layout, secrets, shares) {
  const own = join(layout.etc, 'cinder');
  mkdirSync(own, { recursive: true });
  for (const name of ['api-paste.ini', 'resource_filters.json']) {
    cpSync(`/etc/cinder/${name}`, join(own, name));
  }
  const place = (name) => {
    const folder = join(layout.state, 'cinder', name);
    mkdirSync(folder, { recursive: true });
    return folder;
  };
  writeIni(settingsFile(layout), {
    DEFAULT: {
      transport_url: brokerUrl(layout, secrets),
      auth_strategy: 'keystone',
      my_ip: address,
      host: 'peer',
      state_path: place('.'),
      report_interval: reportSeconds,
      api_paste_config: join(own, 'api-paste.ini'),
      resource_query_filters_file: join(own, 'resource_filters.json'),
      rootwrap_config: '/etc/cinder/rootwrap.conf',
      glance_api_servers: layout.urls.image,
      enabled_backends: backends.join(','),
      image_conversion_dir: place('conversion'),
      backup_driver: 'cinder.backup.drivers.posix.PosixBackupDriver',
      backup_posix_path: place('backups'),
      backup_workers: 1,
      quota_volumes: 200,
      quota_snapshots: 200,
      quota_gigabytes: 2000,
      quota_backups: 50,
    },
    database: { connection: databaseUrl(layout, 'cinder') },
    coordination: { backend_url: `file://${place('coordination')}` },
    oslo_concurrency: { lock_path: place('locks') },
    oslo_messaging_rabbit: { heartbeat_in_pthread: false },
    keystone_authtoken: tokenChecking(layout, secrets, 'cinder'),
    service_user: { send_service_user_token: true, ...serviceLogin(layout, secrets, 'cinder') },
    key_manager: {
      backend: 'cinder.keymgr.conf_key_mgr.ConfKeyManager',
      fixed_key: secrets.volumeKey,
    },
    ...Object.fromEntries(backends.map((name) => [name, nfsDriver(name, shares[name])])),
  });
}

function nfsDriver(name, share) {
  return {
    volume_driver: 'cinder.volume.drivers.nfs.NfsDriver',
    volume_backend_name: name,
    ...share,
    nfs_sparsed_volumes: true,
    nfs_snapshot_support: true,
    nas_secure_file_operations: false,
    nas_secure_file_permissions: false,
    max_over_subscription_ratio: 1000,
    reserved_percentage: 0,
  };
}

/** Makes the tables. Repeatable. */
export async function installCinder(layout, signal) {
  await mustRun('cinder-manage', ['--config-file', settingsFile(layout), 'db', 'sync'], {
    logFile: join(layout.log, 'cinder-manage.log'),
    env: daemonEnvironment(layout),
    signal,
  });
}

/** Starts the HTTP face. Repeatable. */
export async function startCinderApi(layout) {
  await startWebApp(layout, 'cinder-api', {
    port: layout.ports.cinder,
    file: '/usr/bin/cinder-wsgi',
    args: ['--config-file', settingsFile(layout), '--log-file', join(layout.log, 'cinder-app.log')],
  });
}

/** Starts what works behind the API. Needs the broker. Repeatable. */
export async function startCinderDaemons(layout) {
  for (const name of daemons) {
    await startDaemon(layout, name, {
      command: `/usr/bin/${name}`,
      args: ['--config-file', settingsFile(layout)],
    });
  }
}

/** Waits until the API answers and all services have reported since `sinceMs`. */
export async function awaitCinder(layout, { headers, projectId, sinceMs, signal }) {
  const answers = async () => (await fetch(layout.urls.block)).status === 300;
  await waitUntil(layout, 'Cinder answers', answers, { daemon: 'cinder-api', signal });
  const allUp = async () => {
    const reply = await fetch(`${layout.urls.block}/v3/${projectId}/os-services`, { headers });
    if (!reply.ok) throw new Error(`os-services: HTTP ${reply.status}`);
    const { services } = await reply.json();
    // The time is UTC and does not say so; a stopped service counts as up for a minute.
    const fresh = ({ updated_at: at, state }) =>
      state === 'up' && Date.parse(`${at}Z`) >= sinceMs - 1000;
    return services.filter(fresh).length >= backends.length + 2;
  };
  await waitUntil(layout, 'all of Cinder is up', allUp, { daemon: 'cinder-volume', signal });
}

function settingsFile({ etc }) {
  return join(etc, 'cinder/cinder.conf');
}
