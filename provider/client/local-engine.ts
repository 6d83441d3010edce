// Finds the bundled engine of a project folder, or starts it, so that a program without any cloud
// configured works. Invariant: two callers at once get the same engine: its own lock decides who
// starts it, the others wait until it is ready.
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { clientFaults } from '../../schema/client-faults';
import {
  cloudsFileName,
  defaultDataFolder,
  engineClouds,
  logFileName,
} from '../../schema/wire/engine-folder';
import { engineCli } from './engine-cli';
import { readyEngine } from './engine-probe';
import { namedCloud } from './named-cloud';
import { pollDelays } from './poll-delays';
import type { ResolvedSettings } from './resolved-settings';
import { pause } from './retry';
import { Sender } from './sender';
import { settingsOf } from './settings';

/** Where and how the engine is looked for. */
export interface LocalEngineRequest {
  /** The folder that holds .cinderkit/engine. */
  readonly projectFolder: string;
  /** Data folder in place of `<projectFolder>/.cinderkit/engine`. */
  readonly dataFolder?: string;
  /** The environment that a started engine gets; that of this process when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Bound for the start, in milliseconds; a minute when left out. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Exit code of the command line when another engine holds the folder's lock. */
const lockHeld = 4;

const longestReasonLength = 2000;

/**
 * Settings for the project's engine, which is ready when this returns. Repeatable. Throws
 * engineDidNotStart with the engine's own message and the path of its log; the signal's reason when
 * aborted. An engine that is being started then goes on starting.
 */
export async function localEngine(request: LocalEngineRequest): Promise<ResolvedSettings> {
  const folder = resolve(request.dataFolder ?? join(request.projectFolder, defaultDataFolder));
  const sender = new Sender({ verify: true, cacertFile: null, certFile: null, keyFile: null });
  try {
    const running = await readyEngine(folder, sender, request.signal);
    if (!running) await startEngine(folder, sender, request);
    return await engineSettings(folder);
  } finally {
    await sender.close();
  }
}

async function engineSettings(folder: string): Promise<ResolvedSettings> {
  const surroundings = { env: {}, cwd: folder, home: folder };
  const cloudsFile = join(folder, cloudsFileName);
  const asked = { cloud: engineClouds.admin, cloudsFile, alone: true };
  return settingsOf(await namedCloud(asked, surroundings), surroundings);
}

async function startEngine(
  folder: string,
  sender: Sender,
  request: LocalEngineRequest,
): Promise<void> {
  const bound = AbortSignal.timeout(request.timeoutMs ?? 60_000);
  const signal = request.signal ? AbortSignal.any([request.signal, bound]) : bound;
  try {
    const { code, said } = await runStart(folder, request, signal);
    if (code !== 0 && code !== lockHeld) throw didNotStart(folder, said || `it ended with ${code}`);
    for (const delayMs of pollDelays()) {
      if (await readyEngine(folder, sender, signal)) return;
      await pause(delayMs, signal);
    }
  } catch (error) {
    request.signal?.throwIfAborted();
    if (!bound.aborted) throw error;
    throw didNotStart(folder, 'it did not become ready in time', error);
  }
}

/** Runs the command that starts the engine in the background and ends once it is ready. */
async function runStart(
  folder: string,
  request: LocalEngineRequest,
  signal: AbortSignal,
): Promise<{ code: number; said: string }> {
  const env = { ...(request.env ?? process.env) };
  const cli = engineCli({ env, projectFolder: request.projectFolder });
  if (cli === null) throw noEngine(folder);
  // Loaders and inspectors of this process are not the engine's.
  delete env['NODE_OPTIONS'];
  const args = [cli, 'engine', 'start', '--data-dir', folder, '--background'];
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, args, {
      cwd: request.projectFolder,
      env,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const settle = (settled: () => void) => {
      signal.removeEventListener('abort', onAbort);
      // Whatever the engine itself still holds open must not keep this process alive.
      child.stderr.destroy();
      child.unref();
      settled();
    };
    const onAbort = () => settle(() => failed(signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
    child.once('error', (error) => settle(() => failed(didNotStart(folder, error.message, error))));
    child.once('exit', (code, killedBy) => {
      // What it said last may still be in the pipe.
      setImmediate(() => {
        const said = plainReason(Buffer.concat(chunks).toString('utf8').trim());
        settle(() => done({ code: code ?? -1, said: said || (killedBy ?? '') }));
      });
    });
  });
}

/** What a command said; of a program that could not even be loaded, its error without a stack. */
function plainReason(said: string): string {
  const thrown = /^\S*Error\b.*$/m.exec(said)?.[0];
  const isStack = /^ {4}at /m.test(said);
  return (isStack && thrown ? thrown : said).slice(-longestReasonLength);
}

function noEngine(folder: string): Error {
  const found =
    'the package with the engine is not to be found; run `npm install cinderkit` in this folder, ' +
    'or `npx cinderkit terraform install` once more';
  return didNotStart(folder, found);
}

function didNotStart(folder: string, found: string, cause?: unknown): Error {
  const logFile = join(folder, logFileName);
  return clientFaults.engineDidNotStart({ folder, found, logFile }, cause);
}
