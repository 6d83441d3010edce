// Writes the services' settings files. Invariant: every value comes from the layout and the peer's
// passwords, so that writing them again changes nothing.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes an INI file from sections of keys and values; values that are undefined are left out. */
export function writeIni(file, sections) {
  const lines = Object.entries(sections).flatMap(([section, values]) => [
    `[${section}]`,
    ...Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key} = ${value}`),
    '',
  ]);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, lines.join('\n'), { mode: 0o600 });
  return file;
}

/** Address of a service's own database in the peer's MariaDB. */
export function databaseUrl(layout, name) {
  // As it is: the layout lets no character in that would need escaping, and Keystone's own tool
  // fails on an escaped one.
  const socket = join(layout.run, 'mariadb.sock');
  return `mysql+pymysql://root@localhost/${name}?unix_socket=${socket}&charset=utf8`;
}

/** How a service logs in to Keystone as a user of its own. */
export function serviceLogin({ urls }, secrets, user) {
  return {
    auth_type: 'password',
    auth_url: urls.identity,
    project_domain_name: 'Default',
    user_domain_name: 'Default',
    project_name: 'service',
    username: user,
    password: secrets.service,
  };
}

/** How a service checks its callers' tokens. */
export function tokenChecking(layout, secrets, user) {
  return {
    ...serviceLogin(layout, secrets, user),
    www_authenticate_uri: layout.urls.identity,
    service_token_roles: 'service',
    service_token_roles_required: true,
  };
}
