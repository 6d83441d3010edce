// Which of a configuration's states is worked on, so that things of two workspaces are never taken
// for each other's.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where the tool was started. */
export interface Place {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * Name of the workspace: TF_WORKSPACE, else what the tool keeps in its data folder, else
 * `default` (terraform: command/meta.go). Never throws.
 */
export async function workspaceOf({ env, cwd }: Place): Promise<string> {
  const told = env['TF_WORKSPACE'];
  if (told) return told;
  const folder = resolve(cwd, env['TF_DATA_DIR'] || '.terraform');
  const kept = await readFile(join(folder, 'environment'), 'utf8').catch(() => '');
  return kept.trim() || 'default';
}
