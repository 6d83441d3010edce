// The tempest.conf and .stestr.conf of a run. Invariant: what the suite is told of the cloud is
// what a user of it would find; nothing is switched off but what a Cinder without Nova cannot have.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backendNames } from './cloud.mjs';

/**
 * Sections of tempest.conf. Dynamic credentials: the suite makes projects and users of its own
 * through the Identity API for every class.
 */
function sections({ folder, cloud, imageId }) {
  return {
    DEFAULT: { log_dir: folder, log_file: 'tempest.log', debug: false },
    oslo_concurrency: { lock_path: join(folder, 'locks') },
    auth: {
      use_dynamic_credentials: true,
      admin_username: cloud.auth.username,
      admin_password: cloud.auth.password,
      admin_project_name: cloud.auth.project_name,
      admin_domain_name: 'Default',
      create_isolated_networks: false,
    },
    identity: { uri_v3: cloud.auth.auth_url, auth_version: 'v3', region: 'RegionOne' },
    'identity-feature-enabled': { security_compliance: false },
    image: { catalog_type: 'image' },
    // An engine on the same machine is done in milliseconds, and a whole second is the least that
    // the suite can wait between two looks: so it does not wait. It takes a service's 0 for "not
    // set" and then looks at Compute's.
    compute: { image_ref: imageId, build_interval: 0 },
    service_available: {
      cinder: true,
      glance: true,
      nova: false,
      neutron: false,
      swift: false,
      horizon: false,
    },
    volume: {
      catalog_type: 'block-storage',
      build_interval: 0,
      build_timeout: 60,
      backend_names: backendNames.join(','),
      storage_protocol: 'file',
      vendor_name: 'Cinderkit',
      disk_format: 'raw',
      volume_size: 1,
      min_microversion: '3.0',
      max_microversion: '3.70',
      manage_volume_ref: 'source-name,volume-%s',
      manage_snapshot_ref: 'source-name,snapshot-%s',
    },
    enforce_scope: { cinder: true },
    'volume-feature-enabled': {
      multi_backend: true,
      backup: true,
      snapshot: true,
      clone: true,
      manage_volume: true,
      manage_snapshot: true,
      volume_revert: true,
      consistency_group: true,
      api_extensions: 'all',
      extend_attached_volume: false,
    },
  };
}

/** Writes both files into `folder`; gives the environment that makes the suite use them. */
export function writeSettings({ folder, cloud, imageId, libraryFolder }) {
  mkdirSync(join(folder, 'locks'), { recursive: true });
  const conf = Object.entries(sections({ folder, cloud, imageId })).map(([name, values]) =>
    [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key} = ${value}`), ''].join(
      '\n',
    ),
  );
  // The administrator's password is in it.
  writeFileSync(join(folder, 'tempest.conf'), conf.join('\n'), { mode: 0o600 });
  const stestr = [
    '[DEFAULT]',
    `test_path=${join(libraryFolder, 'tempest/test_discover')}`,
    `top_dir=${libraryFolder}`,
    // A class is never divided between workers: its credentials are made once.
    String.raw`group_regex=([^\.]*\.)*`,
    '',
  ];
  writeFileSync(join(folder, '.stestr.conf'), stestr.join('\n'));
  return {
    HOME: folder,
    TEMPEST_CONFIG_DIR: folder,
    TEMPEST_CONFIG: 'tempest.conf',
    PYTHONWARNINGS: 'ignore',
    no_proxy: '127.0.0.1,localhost',
    NO_PROXY: '127.0.0.1,localhost',
  };
}
