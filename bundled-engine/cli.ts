// The command line of the engine: start, stop, status, reset. Invariants: with --json stdout holds
// one JSON value and nothing else; exit codes mean the same everywhere: 0 done, 1 failed, 3 not
// running, 4 another engine holds the folder. No colours, so NO_COLOR has nothing to switch off.
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command, InvalidArgumentError } from 'commander';
import { messageOf } from './host/error-facts';
import { isFault } from '../schema/kernel/fault';
import { cloudsFileName, defaultDataFolder, engineClouds } from '../schema/wire/engine-folder';
import type { ReadyPool } from '../schema/wire/engine-folder';
import { engineFaults } from './engine-faults';
import { engineVersion } from './engine-version';
import { runInBackground, runInForeground } from './run-engine';
import type { StartOptions, Started } from './run-engine';
import { findEngine, resetEngine, stopEngine } from './stop-engine';

/** Exit codes, for scripts. */
export const exitCodes = { done: 0, failed: 1, notRunning: 3, locked: 4 } as const;

interface Shared {
  readonly dataDir: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

interface StartFlags extends Shared {
  readonly port?: number;
  readonly host?: string;
  readonly allowRemote?: boolean;
  readonly background?: boolean;
  readonly logLevel?: string;
}

interface ResetFlags extends Shared {
  readonly yes?: boolean;
  readonly keepCredentials?: boolean;
}

/** The `engine` command with its subcommands, to be added to a program. */
export function engineCommand(): Command {
  const engine = new Command('engine').description(
    'the bundled engine: a local OpenStack for block storage',
  );
  shared(engine.command('start').description('start an engine; Ctrl-C stops it'))
    .option('--port <number>', 'port; 0 for any free one (default: that of the last start)', port)
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--allow-remote', 'admit a host that other machines can reach: plain HTTP, passwords')
    .option('--background', 'return as soon as the engine is ready')
    .option('--log-level <level>', 'trace, debug, info, warn or error (default: info)')
    .action((flags: StartFlags) => reporting(flags, () => start(flags)));
  shared(
    engine.command('stop').description('stop the engine of a folder and wait for its end'),
  ).action((flags: Shared) => reporting(flags, () => stop(flags)));
  shared(engine.command('status').description('say whether an engine runs and is ready')).action(
    (flags: Shared) => reporting(flags, () => status(flags)),
  );
  shared(engine.command('reset').description('remove all volumes, images, backups and accounts'))
    .option('--yes', 'do not ask')
    .option('--keep-credentials', 'keep the passwords in clouds.yaml')
    .action((flags: ResetFlags) => reporting(flags, () => reset(flags)));
  return engine;
}

/** Runs a command line such as `cinderkit engine start`; sets the process's exit code. */
export async function runCli(argv: readonly string[]): Promise<void> {
  const program = new Command('cinderkit')
    .description('infrastructure as code for block storage')
    .version(engineVersion)
    .addCommand(engineCommand());
  await program.parseAsync([...argv]);
}

function shared(command: Command): Command {
  return command
    .option('--data-dir <folder>', 'folder of all its files', defaultDataFolder)
    .option('--json', 'print one JSON value')
    .option('--debug', 'show where an error comes from');
}

async function start(flags: StartFlags): Promise<void> {
  if (flags.allowRemote && flags.host !== undefined) {
    say(`warning: ${flags.host} is served in plain HTTP to whoever can reach it`);
  }
  const options: StartOptions = {
    dataFolder: resolve(flags.dataDir),
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.allowRemote === undefined ? {} : { allowRemote: flags.allowRemote }),
    ...(flags.logLevel === undefined ? {} : { logLevel: flags.logLevel }),
  };
  const tell = (started: Started): void => print(flags, startedJson(started), startedText(started));
  if (flags.background) tell(await runInBackground(options));
  else await runInForeground(options, tell);
}

async function stop(flags: Shared): Promise<void> {
  const { file } = await stopEngine(resolve(flags.dataDir));
  print(flags, { stopped: true, pid: file.pid }, `The engine (process ${file.pid}) has stopped.`);
}

async function status(flags: Shared): Promise<void> {
  const { file, says } = await findEngine(resolve(flags.dataDir), { withPools: true });
  const { problems = [], pools = [] } = says;
  const head = `The engine at ${file.url} (process ${file.pid}) is ${says.status}.`;
  print(
    flags,
    { running: true, ...file, status: says.status, problems, pools },
    [head, ...problems, ...pools.map(poolText)].join('\n'),
  );
  if (says.status !== 'ready') process.exitCode = exitCodes.failed;
}

function poolText(pool: ReadyPool, index: number): string {
  const { name, driver, clones, freeGib, totalGib } = pool;
  const bytes = clones ? 'clones' : 'copies';
  const isFirst = index === 0 ? ', first choice' : '';
  return (
    `Pool ${name}: driver ${driver}, ${bytes} volumes${isFirst}; ` +
    `${freeGib.toFixed(1)} of ${totalGib.toFixed(1)} GiB free.`
  );
}

async function reset(flags: ResetFlags): Promise<void> {
  const folder = resolve(flags.dataDir);
  if (!flags.yes && !(await agreed(folder))) {
    const reason = 'nobody agreed; repeat it with --yes';
    throw engineFaults.resetRefused({ folder, reason });
  }
  const keepCredentials = flags.keepCredentials ?? false;
  await resetEngine(folder, { keepCredentials });
  print(flags, { reset: true, keepCredentials }, `The engine's folder ${folder} is empty again.`);
}

async function agreed(folder: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(
      `Remove everything that the engine in ${folder} has? [y/N] `,
    );
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}

/** Turns an error into a message and an exit code; a stack is shown on demand alone. */
async function reporting(flags: Shared, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.exitCode = codeFor(error);
    const message = messageOf(error);
    const code = isFault(error) ? error.code : 'unexpected';
    if (flags.json) print(flags, { error: { code, message } }, '');
    else say(`cinderkit: ${message}`);
    const debug = flags.debug || (process.env['DEBUG'] ?? '') !== '';
    if (debug && error instanceof Error) say(error.stack ?? '');
  }
}

function codeFor(error: unknown): number {
  if (isFault(error, 'engineNotRunning')) return exitCodes.notRunning;
  return isFault(error, 'engineLocked') ? exitCodes.locked : exitCodes.failed;
}

function startedJson(started: Started): object {
  return { ...started, cloudsFile: cloudsPath(started), cloud: engineClouds.admin };
}

function startedText(started: Started): string {
  return [
    `The engine is ready at ${started.url} (process ${started.pid}). To use it:`,
    `  export OS_CLIENT_CONFIG_FILE=${cloudsPath(started)} OS_CLOUD=${engineClouds.admin}`,
  ].join('\n');
}

function cloudsPath(started: Started): string {
  return join(started.dataFolder, cloudsFileName);
}

function print(flags: Shared, json: object, text: string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(json) : text}\n`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}
