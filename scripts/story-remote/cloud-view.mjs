// What the story knows of the cloud, asked of the cloud's own APIs and not through the client that
// is under test: only the settings and the login's body are shared with it. Reads, and two changes
// that are made behind the program's back.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { Agent, request } from 'undici';

const listings = {
  volumes: { service: 'block', path: 'volumes/detail', key: 'volumes' },
  snapshots: { service: 'block', path: 'snapshots/detail', key: 'snapshots' },
  backups: { service: 'block', path: 'backups/detail', key: 'backups' },
  images: { service: 'image', path: 'v2/images', key: 'images' },
  'volume types': { service: 'block', path: 'types?is_public=none', key: 'volume_types' },
};

/** The nouns that are counted. */
export const nouns = Object.keys(listings);

/** Logs in to the cloud that `env` means. Throws where none is configured or the login fails. */
export async function openCloud(env, { cwd }) {
  // Asked for here and not above: the client's code is there only once it is built.
  const require = createRequire(import.meta.url);
  const { loginBody } = require('../../dist/provider/client/login-body.js');
  const { resolveSettings } = require('../../dist/provider/client/settings.js');
  const settings = await resolveSettings({}, { env, cwd, home: env.HOME ?? homedir() });
  if (settings === null) throw new Error('no cloud is configured');
  const dispatcher = new Agent({ connect: tlsOptions(settings.tls) });
  const authUrl = settings.authUrl.replace(/(\/v3)?\/?$/, '/v3');
  const login = { method: 'POST', body: JSON.stringify(loginBody(settings)) };
  const { body, headers } = await call(dispatcher, `${authUrl}/auth/tokens`, login);
  const token = headers['x-subject-token'];
  const find = (types) => endpoint(body.token.catalog, types, settings);
  return new CloudView({
    origin: settings.origin,
    urls: {
      block: withVersion(find(['block-storage', 'block-store', 'volumev3', 'volume'])),
      image: find(['image']).replace(/\/v2\/?$/, ''),
    },
    call: (url, options = {}) =>
      call(dispatcher, url, { ...options, headers: { 'x-auth-token': token } }),
    close: () => dispatcher.close(),
  });
}

/** One cloud, logged in. What it refuses is thrown, with method, address and answer. */
class CloudView {
  #urls;
  #call;

  constructor({ origin, urls, call: callWithToken, close }) {
    this.origin = origin;
    this.close = close;
    this.#urls = urls;
    this.#call = callWithToken;
  }

  /** Everything of the project, by noun: `[{ id, name, ... }]`. */
  async list() {
    const all = {};
    for (const [noun, { service, path, key }] of Object.entries(listings)) {
      all[noun] = [];
      for (let url = `${this.#urls[service]}/${path}`; url;) {
        const { body } = await this.#call(url);
        all[noun].push(...body[key]);
        const links = body[`${key}_links`] ?? [];
        const next = body.next ?? links.find(({ rel }) => rel === 'next')?.href;
        url = next ? new URL(next, this.#urls[service]).href : null;
      }
    }
    return all;
  }

  /** Sets keys of a volume's metadata. */
  async setMetadata(id, metadata) {
    const body = JSON.stringify({ metadata });
    await this.#call(`${this.#urls.block}/volumes/${id}/metadata`, { method: 'POST', body });
  }

  /** Asks for the removal of a volume. */
  async deleteVolume(id) {
    await this.#call(`${this.#urls.block}/volumes/${id}`, { method: 'DELETE' });
  }
}

async function call(dispatcher, url, { method = 'GET', body, headers = {} }) {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const reply = await request(url, { method, body, headers: { ...json, ...headers }, dispatcher });
  const text = await reply.body.text();
  if (reply.statusCode < 300) {
    return { headers: reply.headers, body: text === '' ? null : JSON.parse(text) };
  }
  throw new Error(`${method} ${url}: HTTP ${reply.statusCode} ${text.slice(0, 300)}`);
}

function endpoint(catalog, types, { region, interface: face }) {
  const entries = types.flatMap((type) => catalog.filter((entry) => entry.type === type));
  const fits = (one) => one.interface === face && (!region || one.region === region);
  const found = entries.flatMap(({ endpoints }) => endpoints).find(fits);
  if (found) return found.url.replace(/\/$/, '');
  throw new Error(
    `the catalog has no ${face} endpoint of ${types[0]} in ${region ?? 'any region'}`,
  );
}

// Catalogs may still list the address of the dropped version 2.
function withVersion(url) {
  return url.replace(/\/v[12]\//, '/v3/');
}

function tlsOptions({ verify, cacertFile, certFile, keyFile }) {
  const read = (file) => (file ? readFileSync(file) : undefined);
  return {
    rejectUnauthorized: verify,
    ca: read(cacertFile),
    cert: read(certFile),
    key: read(keyFile),
  };
}
