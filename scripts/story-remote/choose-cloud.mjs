// Which cloud the story plays on: one that is configured, or a real one started for it. Invariant:
// what the story starts is written into `story.peer` before it runs, so that it is always stopped.
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isListening } from '../openstack-peer/daemons.mjs';
import { layoutFor } from '../openstack-peer/layout.mjs';
import { bringPeerUp } from '../openstack-peer/peer.mjs';

const portOffsets = [0, 2000, 4000, 10_000, 20_000];

/** Sets `story.env`, `story.ownCloud` and `story.config`; starts a peer where it must. */
export async function chooseCloud(story, tools) {
  const { cloud } = story.options;
  const env = { ...process.env, ...tools };
  story.ownCloud = !cloud && !env.OS_CLOUD && !env.OS_AUTH_URL;
  if (story.ownCloud) {
    story.env = { ...withoutCloud(env), ...(await startPeer(story)) };
  } else {
    story.env = { ...env, ...cloudFileOf(env), ...(cloud ? { OS_CLOUD: cloud } : {}) };
  }
  // Its two backends differ by name alone, so the type's choice of one of them can be seen.
  const backend = story.ownCloud ? { extraSpecs: '{"volume_backend_name":"nfs2"}' } : {};
  story.config = { volumeBackedImage: 'false', ...backend, ...story.options.config };
}

async function startPeer(story) {
  const folder = mkdtempSync(join(tmpdir(), 'cinderkit-peer-'));
  const portOffset = await freeOffset();
  story.peer = { folder, portOffset, install: story.options.install };
  const { cloudsFile } = await bringPeerUp(story.peer, story);
  return { OS_CLIENT_CONFIG_FILE: cloudsFile, OS_CLOUD: 'peer-admin' };
}

async function freeOffset() {
  if (process.env.PORT_OFFSET) return Number(process.env.PORT_OFFSET);
  for (const portOffset of portOffsets) {
    const ports = Object.values(layoutFor({ portOffset }).ports);
    const taken = await Promise.all(ports.map(isListening));
    if (!taken.includes(true)) return portOffset;
  }
  throw new Error('no free ports for a cloud were found; name an offset with PORT_OFFSET=N');
}

function withoutCloud(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('OS_')));
}

// The program runs in another folder than the one it was called from, and npm in yet another.
function cloudFileOf(env) {
  const calledFrom = env.INIT_CWD ?? process.cwd();
  if (env.OS_CLIENT_CONFIG_FILE) {
    return { OS_CLIENT_CONFIG_FILE: resolve(calledFrom, env.OS_CLIENT_CONFIG_FILE) };
  }
  const here = ['yaml', 'yml', 'json'].map((suffix) => join(calledFrom, `clouds.${suffix}`));
  const found = here.find((file) => existsSync(file));
  return found ? { OS_CLIENT_CONFIG_FILE: found } : {};
}
