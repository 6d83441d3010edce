// The quickstart's stack on the user's machine: its Pulumi state, home and passphrase lie in
// .cinderkit of the example's folder, so that the user's own login, plugins and settings are never
// touched and removing the folder removes all of it.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';

/** Folder of the quickstart's program. */
export const programFolder = join(root, 'examples/quickstart');

/** Everything that a run of the quickstart leaves on disk is below this folder. */
export const workFolder = join(programFolder, '.cinderkit');

const stateFolder = join(workFolder, 'pulumi/state');
const stackName = 'local';

/** The environment of every pulumi command on this stack; `tools` is what finds the CLI. */
export function stackEnvironment(tools) {
  const home = join(workFolder, 'pulumi/home');
  for (const folder of [stateFolder, home]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    ...process.env,
    ...tools,
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: pathToFileURL(stateFolder).href,
    PULUMI_CONFIG_PASSPHRASE: passphrase(),
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_DISABLE_REGISTRY_RESOLVE: 'true',
    PULUMI_SUPPRESS_NEO_LINK: 'true',
    PULUMI_IGNORE_AMBIENT_PLUGINS: 'true',
  };
}

function passphrase() {
  const file = join(workFolder, 'pulumi/passphrase');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/**
 * Runs `pulumi ARGS` in the program's folder; shows its output unless `quiet`; gives it back too.
 */
export function pulumi(args, env, { quiet = false } = {}) {
  return new Promise((resolve) => {
    const full = [...args, '--non-interactive', '--color', colour()];
    const child = spawn('pulumi', full, {
      cwd: programFolder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const [stream, target] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      stream.on('data', (bytes) => {
        output += bytes;
        if (!quiet) target.write(bytes);
      });
    }
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function colour() {
  return process.stdout.isTTY && !process.env.NO_COLOR ? 'always' : 'never';
}

/** Makes the stack where it is missing, and frees it from a run that was killed. */
export async function openStack(env) {
  const selected = await pulumi(['stack', 'select', '--create', stackName], env, { quiet: true });
  if (selected.code !== 0) throw new Error(`the stack could not be opened:\n${selected.output}`);
  if (holderIsGone()) {
    console.log('an earlier run was killed and left its lock: freeing the stack (pulumi cancel)');
    await pulumi(['cancel', '--yes', '--stack', stackName], env, { quiet: true });
  }
}

// A lock names the process that holds it; one whose process is gone holds nothing back.
function holderIsGone() {
  const folder = join(stateFolder, '.pulumi/locks/organization');
  if (!existsSync(folder)) return false;
  const locks = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.json'));
  return locks.length > 0 && locks.every((name) => !isAlive(readLock(join(folder, name)).pid));
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

function isAlive(pid) {
  if (!pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Whether a stack or an engine of the quickstart is on disk. */
export function hasWork() {
  return existsSync(workFolder);
}

/** Removes everything that the quickstart left on disk. Repeatable. */
export function removeWork() {
  rmSync(workFolder, { recursive: true, force: true });
  rmSync(join(programFolder, `Pulumi.${stackName}.yaml`), { force: true });
}
