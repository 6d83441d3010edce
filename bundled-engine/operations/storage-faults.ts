// What drivers and the backup store refuse, as faults that survive in a job's record and may be
// shown to users. Invariant: the user's text never names a path of this machine; the log has the
// details.
import { isBackupError } from '../backups/backup-error';
import { isDriverError } from '../drivers/driver-error';
import { defineFaults, isFault } from '../../schema/kernel/fault';

/** Makers of the faults with which steps fail. */
export const stepFaults = defineFaults({
  noPool: { http: 500, message: () => 'Could not find any available weighted backend.' },
  sourceGone: {
    http: 500,
    message: (d: { what: string }) => `${d.what} is gone, so its bytes cannot be had.`,
  },
  imageUnfit: { http: 500, message: (d: { reason: string }) => d.reason },
  storageFull: { http: 500, message: () => 'The storage has no space left.' },
  storageBusy: { http: 500, message: () => 'The storage is using it at the moment.' },
  storageMissing: { http: 500, message: () => 'The storage does not have its bytes.' },
  storageRefused: {
    http: 500,
    message: (d: { reason: string }) => `The storage refused it: ${d.reason}`,
  },
  storageFailed: { http: 500, message: () => 'The storage failed; see the engine log.' },
  backupDamaged: { http: 500, message: (d: { reason: string }) => d.reason },
  backupMissing: { http: 500, message: () => 'The backup target does not have the backup.' },
  backupFull: { http: 500, message: () => 'The backup target has no space left.' },
  retypeNeedsMove: {
    http: 500,
    message: () => 'Retype requires migration but is not allowed.',
  },
  moveNeedsCompute: {
    http: 500,
    message: () => 'A volume that is attached can be moved by a compute service alone.',
  },
  changedWhileMoving: {
    http: 500,
    message: () => 'The volume was used while its bytes were moving; they stay where they were.',
  },
  referenceInvalid: {
    http: 500,
    message: (d: { reference: string; reason: string }) =>
      'Manage existing volume failed due to invalid backend reference ' +
      `${d.reference}: ${d.reason}`,
  },
  quotaFull: { http: 500, message: () => 'Not enough quota resource for operation.' },
  retypeBlockedBySnapshots: {
    http: 500,
    message: () => 'A volume that has snapshots cannot be moved to another pool.',
  },
});

/** Runs a step's act and turns what the storage throws into one of the faults above. */
export async function storing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStepFault(error);
  }
}

function asStepFault(error: unknown): unknown {
  if (isFault(error)) return error;
  if (isDriverError(error)) {
    switch (error.reason) {
      case 'full':
        return stepFaults.storageFull({}, error);
      case 'busy':
        return stepFaults.storageBusy({}, error);
      case 'missing':
        return stepFaults.storageMissing({}, error);
      case 'refused':
        return stepFaults.storageRefused({ reason: withoutPaths(error.message) }, error);
      default:
        return stepFaults.storageFailed({}, error);
    }
  }
  if (isBackupError(error)) {
    if (error.code === 'full') return stepFaults.backupFull({}, error);
    if (error.code === 'missing') return stepFaults.backupMissing({}, error);
    return stepFaults.backupDamaged({ reason: withoutPaths(error.message) }, error);
  }
  return error;
}

/** A text for users: absolute paths become their last name. */
function withoutPaths(text: string): string {
  return text.replace(/(^|[\s"'(])\/[^\s"',;:)]*\/([^\s"',;:)/]+)/g, '$1$2').slice(0, 400);
}
