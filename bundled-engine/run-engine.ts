// Runs an engine as a process: in the foreground until a signal, or in the background, where it
// tells its starter once that it is ready or why it is not. Invariant: the starter's answer is the
// truth about the engine, not about the process: it waits for ready.
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from './host/error-facts';
import { Fault, isFault } from '../schema/kernel/fault';
import { logFileName } from '../schema/wire/engine-folder';
import { engineFaults } from './engine-faults';
import { startDetached, tellStarter } from './host/start-detached';
import { startEngine } from './main';
import type { EngineOptions } from './main';
import { prepareFolder } from './prepare-folder';

/** What the command line can ask for. */
export type StartOptions = Pick<
  EngineOptions,
  'dataFolder' | 'port' | 'host' | 'allowRemote' | 'logLevel'
>;

/** What is told of an engine that runs. */
export interface Started {
  readonly url: string;
  readonly dataFolder: string;
  readonly pid: number;
}

const toldShape = z.union([
  z.object({ ready: z.object({ url: z.string() }) }),
  z.object({ failed: z.object({ code: z.string(), message: z.string(), http: z.number() }) }),
]);

/**
 * Starts an engine here, calls `tell` when it is ready, and resolves after a signal has stopped
 * it.
 */
export async function runInForeground(
  options: StartOptions,
  tell: (started: Started) => void,
): Promise<void> {
  const { dataFolder } = options;
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    const engine = await startEngine(options);
    const isTold = await tellStarter({ ready: { url: engine.url } });
    if (!isTold) tell({ url: engine.url, dataFolder, pid: process.pid });
    await aborted(stopping.signal);
    await engine.stop();
  } catch (error) {
    const code = isFault(error) ? error.code : 'unexpected';
    const message = messageOf(error);
    await tellStarter({ failed: { code, message, http: isFault(error) ? error.http : 500 } });
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

/**
 * Starts an engine that outlives this process; resolves when it is ready. Fails as its start
 * does.
 */
export async function runInBackground(options: StartOptions): Promise<Started> {
  const { dataFolder } = options;
  // Taken and let go: a folder that cannot serve is told before a process is started for it.
  await (await prepareFolder(dataFolder)).release();
  const outputFile = join(dataFolder, logFileName);
  const script = process.argv[1] ?? '';
  const heard = await startDetached({ script, args: argumentsFor(options), outputFile });
  if (!('message' in heard)) {
    const reason = `its process ended with ${heard.signal ?? `exit code ${heard.exitCode}`}`;
    throw engineFaults.startFailed({ folder: dataFolder, reason });
  }
  const told = toldShape.parse(heard.message);
  if ('ready' in told) return { url: told.ready.url, dataFolder, pid: heard.pid };
  throw new Fault(told.failed.code, told.failed);
}

function argumentsFor(options: StartOptions): string[] {
  const { dataFolder, port, host, allowRemote, logLevel } = options;
  return [
    'engine',
    'start',
    ...['--data-dir', dataFolder],
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...(host === undefined ? [] : ['--host', host]),
    ...(allowRemote ? ['--allow-remote'] : []),
    ...(logLevel === undefined ? [] : ['--log-level', logLevel]),
  ];
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
