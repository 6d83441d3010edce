// Keeps what the host exports in step with the connections that the records have. Invariant: a
// volume is exported exactly while a connection is recorded; records go first, so that whatever
// happens in between, the next look puts the host right (Cinder: cinder/volume/manager.py
// init_host, which makes the exports of volumes in use again).
import type { VolumeExport } from '../drivers/driver';
import { KeyedLock } from '../host/keyed-lock';
import type { Parts } from '../parts';
import { connectedVolumes, connectionsOfVolume } from '../records/connections';
import { findVolume } from '../records/volumes';
import { driverOf } from './operation-context';

// Ids of volumes are unique, so engines that share a process do not get in each other's way.
const oneAtATime = new KeyedLock();

/**
 * Starts or ends the export of a volume, as its connections ask; null where it is not to be
 * exported. Fails as the driver does. Repeatable.
 */
export function syncExport(parts: Parts, volumeId: string): Promise<VolumeExport | null> {
  return oneAtATime.run([volumeId], async () => {
    const volume = await findVolume(parts.database, volumeId);
    if (!volume?.pool) return null;
    const driver = driverOf(parts, volume.pool);
    const connections = await connectionsOfVolume(parts.database, volumeId);
    if (connections.length > 0) {
      return driver.startExport(volumeId, {
        readOnly: connections.every(({ mode }) => mode === 'ro'),
      });
    }
    await driver.endExport(volumeId);
    return null;
  });
}

/**
 * Ends the export of a volume that nobody is connected to any more. A host that cannot is no reason
 * to keep the volume attached (Cinder: cinder/volume/manager.py attachment_delete): the log tells.
 */
export async function settleExport(parts: Parts, volumeId: string): Promise<void> {
  try {
    await syncExport(parts, volumeId);
  } catch (error) {
    parts.log.error({ volumeId, err: error }, 'the export of a volume could not be ended');
  }
}

/**
 * Makes the exports again that an engine before this one had, at the same addresses. Call once,
 * before jobs run. One that cannot be made is told in the log and does not stop the start; gives
 * the ids of those that were made.
 */
export async function recoverExports(parts: Parts): Promise<string[]> {
  const made: string[] = [];
  for (const volumeId of await connectedVolumes(parts.database)) {
    try {
      if ((await syncExport(parts, volumeId)) !== null) made.push(volumeId);
    } catch (error) {
      parts.log.error({ volumeId, err: error }, 'a volume in use could not be exported again');
    }
  }
  return made;
}
