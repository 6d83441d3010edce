// engine.json: where a running engine is found. Invariant: a reader trusts it only after the ready
// endpoint has echoed its instance, for a crash leaves the file and ports are used again.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { engineFile, engineFileName, readyPath, readyReply } from '../schema/wire/engine-folder';
import type { EngineFile, ReadyReply } from '../schema/wire/engine-folder';
import { removeIfThere, writeWhole } from './host/files';

/** Publishes the file in one move. */
export async function writeEngineFile(dataFolder: string, contents: EngineFile): Promise<void> {
  await writeWhole(pathOf(dataFolder), `${JSON.stringify(contents, null, 2)}\n`, 0o600);
}

/** Removes the file; gone already is success. */
export async function removeEngineFile(dataFolder: string): Promise<void> {
  await removeIfThere(pathOf(dataFolder));
}

/** The file's contents; null where it is missing or not one of ours. */
export async function readEngineFile(dataFolder: string): Promise<EngineFile | null> {
  try {
    const parsed = engineFile.safeParse(JSON.parse(await readFile(pathOf(dataFolder), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * What the engine of a file says of itself; null where nobody answers there within `timeoutMs`, or
 * where whoever answers is another.
 */
export async function askEngine(
  found: EngineFile,
  by: { readonly timeoutMs: number; readonly withPools: boolean },
): Promise<ReadyReply | null> {
  try {
    const reply = await fetch(`${found.url}${readyPath}${by.withPools ? '?pools' : ''}`, {
      signal: AbortSignal.timeout(by.timeoutMs),
    });
    const parsed = readyReply.safeParse(await reply.json());
    return parsed.success && parsed.data.instanceId === found.instanceId ? parsed.data : null;
  } catch {
    return null;
  }
}

function pathOf(dataFolder: string): string {
  return join(dataFolder, engineFileName);
}
