// Finds, stops and empties engines from outside. Invariant: a process is signalled only after the
// engine behind it has echoed the instance of its folder, so a process that got an old id is never
// hit.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { errnoOf } from './host/error-facts';
import { cloudsFileName, engineFileName, logFileName } from '../schema/wire/engine-folder';
import type { EngineFile, ReadyReply } from '../schema/wire/engine-folder';
import { askEngine, readEngineFile } from './engine-file';
import { engineFaults } from './engine-faults';
import { prepareFolder } from './prepare-folder';

/** An engine that answered, and what it says of itself. */
export interface FoundEngine {
  readonly file: EngineFile;
  readonly says: ReadyReply;
}

const answerMs = 5000;
const lookEveryMs = 25;

/** The engine that runs in a folder, with its pools where asked. Fails with `engineNotRunning`. */
export async function findEngine(
  dataFolder: string,
  { withPools = false }: { readonly withPools?: boolean } = {},
): Promise<FoundEngine> {
  const file = await readEngineFile(dataFolder);
  if (!file) {
    throw engineFaults.engineNotRunning({ folder: dataFolder, reason: 'it has no engine.json' });
  }
  const says = await askEngine(file, { timeoutMs: answerMs, withPools });
  if (says) return { file, says };
  const reason = `nothing at ${file.url} answers as the engine of this folder`;
  throw engineFaults.engineNotRunning({ folder: dataFolder, reason });
}

/**
 * Stops the engine of a folder and waits until its process is gone. Fails with `engineNotRunning`,
 * or `engineStuck` after `timeoutMs`.
 */
export async function stopEngine(dataFolder: string, timeoutMs = 30_000): Promise<FoundEngine> {
  const found = await findEngine(dataFolder);
  const { pid } = found.file;
  signal(pid, 'SIGTERM');
  const deadline = Date.now() + timeoutMs;
  while (signal(pid, 0)) {
    if (Date.now() > deadline) {
      const seconds = Math.round(timeoutMs / 1000);
      throw engineFaults.engineStuck({ folder: dataFolder, pid, seconds });
    }
    // A process that is not our child announces its end to nobody, so it is looked for.
    await wait(lookEveryMs);
  }
  return found;
}

/** What a reset removes; engine.yaml, which people write, stays. */
const contents = [
  'records.db',
  'records.db-wal',
  'records.db-shm',
  'pools',
  'images',
  'backups',
  'conversion',
  engineFileName,
  logFileName,
] as const;

/**
 * Removes everything that an engine has made in a folder: volumes, images, backups, accounts. The
 * credentials in clouds.yaml go too unless they are to be kept. Fails with `engineLocked` while an
 * engine runs there. Repeatable.
 */
export async function resetEngine(
  dataFolder: string,
  options: { readonly keepCredentials: boolean },
): Promise<void> {
  const lock = await prepareFolder(dataFolder);
  try {
    const names = options.keepCredentials ? contents : [...contents, cloudsFileName];
    for (const name of names) await rm(join(dataFolder, name), { recursive: true, force: true });
  } finally {
    await lock.release();
  }
}

/** Whether the process is there; delivers the signal where it is. */
function signal(pid: number, name: 'SIGTERM' | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}
