// Where everything of one peer lies: folders, ports, addresses, passwords. Invariants: all files
// are below one folder that only its owner may enter; everything listens on the loopback address;
// two peers with different folders and port offsets never meet.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ToolchainFailure, exitCodes } from '../toolchain/failure.mjs';

export const address = '127.0.0.1';

const basePorts = {
  keystone: 5000,
  glance: 9292,
  cinder: 8776,
  rabbitmq: 15672,
  erlang: 15673,
  epmd: 14369,
};
const maxPortOffset = 65_535 - basePorts.erlang;

// Ports that no fetch() may call (WHATWG Fetch, "bad port"), from 5000 on.
const refusedPorts = new Set([
  5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080,
]);

// Sockets lie below the folder, and the kernel takes at most 107 characters for the path of one.
const maxFolderLength = 64;

/**
 * The places of the peer in `folder` (default: one below the system's temporary folder for each
 * offset). Makes nothing. Throws where folder or offset cannot be used.
 */
export function layoutFor({ folder, portOffset = 0 } = {}) {
  if (!Number.isInteger(portOffset) || portOffset < 0 || portOffset > maxPortOffset) {
    throw usage(`The port offset must be a whole number from 0 to ${maxPortOffset}.`);
  }
  const name = `cinderkit-openstack-peer${portOffset === 0 ? '' : `-${portOffset}`}`;
  const root = realPath(resolve(folder || join(tmpdir(), name)));
  if (!/^(\/[\w.-]+)+$/.test(root) || root.length > maxFolderLength) {
    throw usage(
      `The folder ${root} cannot hold a peer: its path goes into settings files and names of ` +
        `sockets, so it may have letters, digits, ".", "_", "-", ` +
        `and at most ${maxFolderLength} characters.`,
      `${maxFolderLength} characters.`,
    );
  }
  const ports = Object.fromEntries(
    Object.entries(basePorts).map(([service, port]) => [service, port + portOffset]),
  );
  const refused = Object.values(ports).find((port) => refusedPorts.has(port));
  if (refused !== undefined) {
    throw usage(`The port offset ${portOffset} gives port ${refused}, which fetch() never calls.`);
  }
  const url = (service) => `http://${address}:${ports[service]}`;
  return {
    folder: root,
    portOffset,
    ports,
    urls: { identity: `${url('keystone')}/v3`, image: url('glance'), block: url('cinder') },
    etc: join(root, 'etc'),
    log: join(root, 'log'),
    run: join(root, 'run'),
    state: join(root, 'state'),
    cloudsFile: join(root, 'clouds.yaml'),
  };
}

/** Makes the peer's folder, for its owner alone, and gives the peer's passwords. Repeatable. */
export function openFolder(layout) {
  const { folder, etc, log, run, state } = layout;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (statSync(folder).uid !== process.getuid()) {
    throw usage(`The folder ${folder} belongs to another user: remove it, or choose another one.`);
  }
  chmodSync(folder, 0o700);
  for (const one of [etc, log, run, state, join(run, 'tmp')]) mkdirSync(one, { recursive: true });
  claimPorts(layout);
  return secretsIn(join(folder, 'secrets.json'));
}

// The catalog in the peer's database names the ports, so a peer keeps those it was made with.
function claimPorts({ folder, portOffset }) {
  const file = join(folder, 'port-offset');
  if (!existsSync(file)) writeFileSync(file, `${portOffset}\n`);
  const made = Number(readFileSync(file, 'utf8'));
  if (made === portOffset) return;
  throw usage(`The peer in ${folder} was made with PORT_OFFSET=${made}, not ${portOffset}.`);
}

function secretsIn(file) {
  if (!existsSync(file)) {
    const word = () => randomBytes(16).toString('hex');
    const secrets = { admin: word(), member: word(), service: word(), rabbitmq: word() };
    const all = { ...secrets, volumeKey: randomBytes(32).toString('hex') };
    writeFileSync(file, JSON.stringify(all, null, 2), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The path without symbolic links, as the kernel lists it among the mounts. */
function realPath(path) {
  if (existsSync(path)) return realpathSync(path);
  return dirname(path) === path ? path : join(realPath(dirname(path)), path.split('/').at(-1));
}

function usage(message) {
  return new ToolchainFailure(message, exitCodes.usage);
}
