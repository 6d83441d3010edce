// Looks whether an engine serves a data folder. Invariant: an engine counts only if it echoes the
// instance that the folder names: the port of a dead engine may belong to another program by now.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { engineFile, engineFileName, readyPath, readyReply } from '../../schema/wire/engine-folder';
import type { EngineFile } from '../../schema/wire/engine-folder';
import { bodyText } from './caller';
import type { Sender } from './sender';

const probeTimeoutMs = 5000;

/** The engine that serves `dataFolder` and is ready; null when there is none (yet). */
export async function readyEngine(
  dataFolder: string,
  sender: Sender,
  signal?: AbortSignal,
): Promise<EngineFile | null> {
  const engine = await readEngineFile(dataFolder);
  if (!engine) return null;
  const state = await askReady(engine.url, sender, signal);
  const same = state?.instanceId === engine.instanceId;
  return same && state.status === 'ready' ? engine : null;
}

async function readEngineFile(dataFolder: string): Promise<EngineFile | null> {
  try {
    const text = await readFile(join(dataFolder, engineFileName), 'utf8');
    return engineFile.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    // Absent, or left half-written by a machine that went down: the engine will write it again.
    return null;
  }
}

async function askReady(url: string, sender: Sender, signal: AbortSignal | undefined) {
  try {
    const answer = await sender.send({
      method: 'GET',
      url: `${url}${readyPath}`,
      headers: { accept: 'application/json' },
      timeoutMs: probeTimeoutMs,
      signal,
    });
    return readyReply.safeParse(JSON.parse(await bodyText(answer))).data ?? null;
  } catch {
    signal?.throwIfAborted();
    return null;
  }
}
