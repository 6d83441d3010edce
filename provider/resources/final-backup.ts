// The last backup of a volume before it is removed. Invariant: when this returns there is a
// complete backup of the volume's present bytes; a run that was interrupted finds the one that it
// had begun.
import type { Scope } from './adapter';
import { createBackup, removeBackup } from './backup';
import type { BackupView } from './backup-view';
import { backupAsObserved, backupsOf, backupSubject } from './backup-view';
import { atRest, refuseFailed } from './settle';
import type { ObservedVolume } from './volume-view';
import { markerKey, timeOf } from './wire-values';

/** Service and volume stamp their times one after the other when a backup ends. */
const slackMs = 30_000;

/**
 * Makes a backup named `<volume>-final` and waits for it. One that an earlier try completed serves
 * if the volume has not been touched since. Throws where it fails; the volume is then as it was.
 */
export async function finalBackup(scope: Scope, observed: ObservedVolume): Promise<void> {
  const marker = `final-of-${observed.id}`;
  const volumeName = String(observed.inputs['name'] ?? observed.id);
  const name = `${volumeName.slice(0, 249)}-final`;
  for (const view of await backupsOf(scope, observed.id)) {
    const isMine = view.metadata ? view.metadata[markerKey] === marker : view.name === name;
    if (isMine && (await serves(scope, view, observed))) return;
  }
  const inputs = { volumeId: observed.id, name };
  const id = await createBackup(scope, inputs, marker);
  await complete(scope, id, name);
}

async function serves(scope: Scope, view: BackupView, observed: ObservedVolume): Promise<boolean> {
  const { status } = backupAsObserved(view);
  if (status === 'error') {
    await removeBackup(scope, backupAsObserved(view));
    return false;
  }
  if (status === 'creating') {
    await complete(scope, view.id, view.name ?? '');
    return true;
  }
  return status === 'available' && !touchedSince(view, observed);
}

async function complete(scope: Scope, id: string, name: string): Promise<void> {
  const subject = backupSubject(id, name);
  const rested = await atRest(scope, subject);
  if (rested) await refuseFailed(scope, subject, rested);
}

/** Whatever writes to a volume attaches it first, which moves its time of change. */
function touchedSince(view: BackupView, observed: ObservedVolume): boolean {
  const backupAt = Date.parse(timeOf(view.updated_at) ?? timeOf(view.created_at) ?? '');
  const volumeAt = Date.parse(observed.updatedAt ?? '');
  return Number.isNaN(backupAt) || volumeAt > backupAt + slackMs;
}
