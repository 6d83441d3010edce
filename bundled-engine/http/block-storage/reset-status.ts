// Handler of os-reset_status of volumes: an administrator sets what the records say, and nothing
// else changes. Invariant: a status that only attachments can give is not set without one; a volume
// that is said to be detached has no attachment and no export left
// (cinder/api/contrib/admin_actions.py, cinder/api/validation/validators.py).
import { manageFaults } from '../../../schema/move-faults';
import type { volumeActionRoutes } from '../../../schema/wire/volumes';
import { changeableVolume } from '../../operations/admission/find-owned';
import { settleExport } from '../../operations/volume-exports';
import type { Parts } from '../../parts';
import { attachmentsOfVolume, removeAttachment } from '../../records/attachments';
import { updateVolume } from '../../records/volumes';
import { pythonText } from '../python-text';
import type { BodyOf, RouteRequest } from '../route-request';
import { param } from './asker-of';

/** In the order in which refusals list them (cinder/objects/fields.py). */
const statuses = [
  'creating',
  'available',
  'deleting',
  'error',
  'error_deleting',
  'error_managing',
  'managing',
  'attaching',
  'in-use',
  'detaching',
  'maintenance',
  'restoring-backup',
  'error_restoring',
  'reserved',
  'awaiting-transfer',
  'backing-up',
  'error_backing-up',
  'error_extending',
  'downloading',
  'uploading',
  'retyping',
  'extending',
] as const;
const attachStatuses = ['attached', 'detached'] as const;
const migrationStatuses = [
  'migrating',
  'error',
  'success',
  'completing',
  'none',
  'starting',
] as const;

function refuse(message: string): Error {
  return manageFaults.parameterRefused({ message });
}

/** The word in lower case; null where none was given. */
function known(noun: string, word: string | null | undefined, valid: string): string | null {
  if (!word) return null;
  const lower = word.toLowerCase();
  if (valid.includes(`'${lower}'`)) return lower;
  throw refuse(`${noun}: ${word} is invalid, valid statuses are: ${valid}.`);
}

/** A list as Python prints a tuple. */
function tuple(words: readonly string[]): string {
  return `(${words.map((word) => pythonText(word)).join(', ')})`;
}

/** Sets what was asked for. Repeatable. */
export async function resetVolumeStatus(
  request: RouteRequest<BodyOf<typeof volumeActionRoutes.resetVolumeStatus>>,
  parts: Parts,
): Promise<void> {
  const asked = request.body['os-reset_status'];
  if (!asked.status && !asked.attach_status && !asked.migration_status) {
    throw refuse("Must specify 'status', 'attach_status' or 'migration_status' for update.");
  }
  const status = known('Volume status', asked.status, tuple(statuses));
  const attach = known('Volume attach status', asked.attach_status, pythonText(attachStatuses));
  const migration = known(
    'Volume migration status',
    asked.migration_status,
    tuple(migrationStatuses),
  );
  const id = await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, request.caller, param(request, 'id'));
    const attachments = await attachmentsOfVolume(tx, volume.id);
    if (status === 'deleting') throw refuse('Cannot reset-state to deleting');
    if (status === 'in-use' && attachments.length === 0) {
      throw refuse('Cannot reset-state to in-use because volume does not have any attachments.');
    }
    const { attached_mode: mode, ...otherMetadata } = volume.adminMetadata;
    const isDetached = attach === 'detached';
    if (isDetached) for (const each of attachments) await removeAttachment(tx, each.id);
    await updateVolume(tx, volume.id, {
      ...(status === null ? {} : { status }),
      ...(attach === null ? {} : { attachStatus: attach }),
      ...(isDetached && mode !== undefined ? { adminMetadata: otherMetadata } : {}),
      ...(migration === null ? {} : { migrationStatus: migration === 'none' ? null : migration }),
    });
    return volume.id;
  });
  if (attach === 'detached') await settleExport(parts, id);
}
