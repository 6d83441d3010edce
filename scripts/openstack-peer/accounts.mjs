// Users, projects, roles and the catalog, made through Keystone's own API. Invariant: each is
// looked up before it is made, so a start that was interrupted goes on where it stopped.
import { writeFileSync } from 'node:fs';
import { region } from './keystone.mjs';

/** Logs in as the administrator; gives the headers for further calls and the project's id. */
export async function loginAsAdmin({ urls }, secrets) {
  const domain = { id: 'default' };
  const reply = await fetch(`${urls.identity}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: 'admin', domain, password: secrets.admin } },
        },
        scope: { project: { name: 'admin', domain } },
      },
    }),
  });
  if (!reply.ok) throw new Error(`Keystone refused its administrator: HTTP ${reply.status}`);
  const { token } = await reply.json();
  const headers = { 'x-auth-token': reply.headers.get('x-subject-token') };
  return { headers, projectId: token.project.id };
}

/** Makes the services' users, a plain member with a project, and the catalog. Repeatable. */
export async function makeAccounts({ urls }, secrets, { headers }) {
  const { find, put } = identityApi(urls.identity, headers);
  const role = (name) => find('role', { name });
  const project = (name) => find('project', { name, domain_id: 'default' });
  const user = (name, password) => find('user', { name, domain_id: 'default' }, { password });
  const grant = async (who, where, what) =>
    put(`projects/${await where}/users/${await who}/roles/${await what}`);
  for (const name of ['cinder', 'glance']) {
    const who = user(name, secrets.service);
    for (const what of ['admin', 'service']) await grant(who, project('service'), role(what));
  }
  await grant(user('demo', secrets.member), project('demo'), role('member'));
  const block = `${urls.block}/v3/%(project_id)s`;
  for (const [type, name, url] of [
    ['image', 'glance', urls.image],
    ['block-storage', 'cinder', block],
    ['volumev3', 'cinderv3', block],
  ]) {
    const service = await find('service', { type }, { name });
    for (const face of ['public', 'internal', 'admin']) {
      const which = { service_id: service, interface: face };
      await find('endpoint', which, { url, region_id: region });
    }
  }
}

function identityApi(base, headers) {
  const call = async (method, path, body) => {
    const reply = await fetch(`${base}/${path}`, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (reply.ok) return reply.status === 204 ? null : reply.json();
    throw new Error(`Keystone: ${method} ${path}: HTTP ${reply.status} ${await reply.text()}`);
  };
  // Finds the one thing that has `key`, or makes it with `rest` too; gives its id.
  const find = async (noun, key, rest = {}) => {
    const found = await call('GET', `${noun}s?${new URLSearchParams(key)}`);
    const made =
      found[`${noun}s`][0] ??
      (await call('POST', `${noun}s`, { [noun]: { ...key, ...rest } }))[noun];
    return made.id;
  };
  return { find, put: (path) => call('PUT', path) };
}

/** Writes clouds.yaml with the clouds `peer-admin` and `peer-member`, for the owner alone. */
export function writeCloudsFile({ cloudsFile, urls }, secrets) {
  const cloud = (username, password, projectName) => ({
    auth: {
      auth_url: urls.identity,
      username,
      password,
      project_name: projectName,
      user_domain_name: 'Default',
      project_domain_name: 'Default',
    },
    region_name: region,
  });
  const clouds = {
    'peer-admin': cloud('admin', secrets.admin, 'admin'),
    'peer-member': cloud('demo', secrets.member, 'demo'),
  };
  // JSON is YAML too.
  writeFileSync(cloudsFile, `${JSON.stringify({ clouds }, null, 2)}\n`, { mode: 0o600 });
}
