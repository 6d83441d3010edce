// Admits the growth of a volume. Invariant: status, quota, new size and job change in one
// transaction, by one conditional UPDATE (cinder/volume/api.py extend, attach_extend).
import { requestFaults, volumeFaults } from '../../../schema/faults';
import { startsIn } from '../../../schema/kernel/lifecycle';
import { volumeLifecycle } from '../../../schema/lifecycles/volume';
import type { Parts } from '../../parts';
import { connectionsOfVolume } from '../../records/connections';
import type { Tx } from '../../records/database';
import type { Volume } from '../../records/rows/volume-row';
import { transition } from '../../records/transition';
import { findVolumeType } from '../../records/volume-types';
import { updateVolume } from '../../records/volumes';
import type { ExtendVolume } from '../extend-volume';
import { findPool, volumeSubject } from '../operation-context';
import type { Asker } from '../operation-context';
import { changeableVolume } from './find-owned';
import { assertQuota } from './quota-check';

const rows = volumeLifecycle.operations;

/** Admits growth. `version` is the caller's microversion: attached volumes grow from 3.42 on. */
export async function admitExtendVolume(
  parts: Parts,
  asker: Asker,
  request: { readonly volumeId: string; readonly newSizeGib: number; readonly version: string },
): Promise<void> {
  const { newSizeGib, version } = request;
  await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    const { id, status, sizeGib: oldSizeGib } = volume;
    const from = startsIn(volumeLifecycle, rows.extend, { version });
    if (!(await transition(tx, 'volumes', id, { from, to: 'extending' }))) {
      throw volumeFaults.invalidVolume({
        reason:
          `Volume ${id} status must be '{'status': 'available'}' to extend, ` +
          `currently ${status}.`,
      });
    }
    if (newSizeGib <= oldSizeGib) {
      throw requestFaults.invalidInput({
        reason:
          'New size for extend must be greater than current size. ' +
          `(current: ${oldSizeGib}, extended: ${newSizeGib}).`,
      });
    }
    await assertGrowsInUse(parts, tx, volume);
    const type = volume.volumeTypeId ? await findVolumeType(tx, volume.volumeTypeId) : null;
    await assertQuota(parts, tx, {
      projectId: volume.projectId,
      gigabytes: newSizeGib - oldSizeGib,
      volumeSizeGib: newSizeGib,
      type: type ?? null,
    });
    // Counted from now on; shown once the bytes are there.
    await updateVolume(tx, id, { sizeGib: newSizeGib, driverData: { shownSizeGib: oldSizeGib } });
    const { requestId } = asker;
    const payload: ExtendVolume = {
      volumeId: id,
      requestId,
      newSizeGib,
      oldSizeGib,
      previousStatus: status,
    };
    await parts.jobs.start(tx, { operation: 'extend-volume', subject: volumeSubject(id), payload });
  });
}

/**
 * Throws where a host uses the volume and its driver cannot make it larger under the host's eyes. A
 * real one would admit it and end in error_extending.
 */
async function assertGrowsInUse(parts: Parts, tx: Tx, volume: Volume): Promise<void> {
  const pool = findPool(parts, volume.pool);
  if (!pool || pool.driver.abilities.onlineGrow) return;
  if ((await connectionsOfVolume(tx, volume.id)).length === 0) return;
  throw volumeFaults.invalidVolume({
    reason:
      `Volume ${volume.id} cannot be extended while a host is connected to it: volumes of the ` +
      `pool ${pool.name} (${pool.driver.kind}) grow while they are not in use; detach it first.`,
  });
}
