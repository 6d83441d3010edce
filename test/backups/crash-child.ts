// Runs as a process of its own, to be killed: makes or deletes one backup and kills itself with
// SIGKILL before or after a given change of the target. Arguments: folder, what, point, when.
import { backupStore } from '../../bundled-engine/backups/backup-store';
import { folderTarget } from '../../bundled-engine/backups/folder-target';
import { crashVolume } from './crash-volume';
import { FaultyTarget, type TargetOperation } from './faulty-target';

/** What the child is to do, at which change it dies (from 1), and on which side of it. */
export type CrashArguments = readonly [
  what: 'create' | 'delete',
  point: string,
  when: 'before' | 'after',
];

const changes = new Set<TargetOperation>(['put', 'stage', 'settle', 'remove', 'discard']);

async function main([folder = '', what, point, when]: readonly string[]): Promise<void> {
  const target = new FaultyTarget(await folderTarget({ folder }));
  let left = Number(point);
  let isNextFatal = false;
  target.before = (operation) => {
    if (!changes.has(operation)) return;
    // The change after the chosen one has not begun: the chosen one is done.
    if (isNextFatal) process.kill(process.pid, 'SIGKILL');
    left -= 1;
    if (left !== 0) return;
    if (when === 'before') process.kill(process.pid, 'SIGKILL');
    isNextFatal = true;
  };
  const store = backupStore(target);
  if (what === 'delete') await store.deleteBackup('b1');
  else await store.createBackup({ backupId: 'b1', source: crashVolume() });
}

void main(process.argv.slice(2));
