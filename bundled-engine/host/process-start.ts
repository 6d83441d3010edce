// When a process began: together with its id it names one process for certain, since ids are given
// out again. Invariant: equal answers for an id mean the same process.
import { readFile } from 'node:fs/promises';
import { runCommand } from './run-command';

/**
 * A text that stays the same while the process lives and differs for a later one of the same id;
 * null when there is no such process or the host does not tell. Linux: field 22 of /proc/ID/stat.
 */
export async function processStartedAt(pid: number): Promise<string | null> {
  try {
    if (process.platform === 'linux') {
      const text = await readFile(`/proc/${pid}/stat`, 'utf8');
      // The command's name, in parentheses, may hold spaces and parentheses of its own.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return fields[19] ?? null;
    }
    const { stdout } = await runCommand('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || null;
  } catch {
    return null;
  }
}
