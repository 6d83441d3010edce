// The first thing every npm script runs, on whatever Node the machine has: it installs the packages
// where that is needed, then runs the real script on the Node that the project pins.
// Usage: node scripts/with-node.mjs SCRIPT [ARG ...]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules/.cinderkit-installed');
const bin = join(root, 'node_modules/.bin');
const pinnedNode = join(root, 'node_modules/node/bin/node');

const [script, ...args] = process.argv.slice(2);
if (!script) fail('usage: node scripts/with-node.mjs SCRIPT [ARG ...]');
if (!isInstalled()) install();
run(join(root, script), args);

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function isInstalled() {
  return existsSync(stamp) && existsSync(pinnedNode) && readFileSync(stamp, 'utf8') === lockHash();
}

function install() {
  console.error('installing the packages of package-lock.json (npm ci) ...');
  const command = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const options = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = spawnSync(command, options, { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) fail('npm ci failed: the lines above tell why; nothing was started');
  if (!existsSync(pinnedNode)) installPinnedNode();
  writeFileSync(stamp, lockHash());
}

// npm may be told to run no install scripts; the pinned Node comes by one, so it is run by hand.
function installPinnedNode() {
  const folder = join(root, 'node_modules/node');
  const done = spawnSync(process.execPath, ['installArchSpecificPackage'], {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, npm_config_global: 'false' },
  });
  if (done.status !== 0 || !existsSync(pinnedNode)) {
    fail(`the pinned Node could not be installed into ${folder}; run npm ci with scripts allowed`);
  }
}

function run(file, rest) {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  const child = spawn(pinnedNode, [file, ...rest], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('exit', (code, signal) => process.exit(signal ? 128 + 15 : (code ?? 1)));
}

function fail(message) {
  console.error(`cinderkit: ${message}`);
  process.exit(1);
}
