// Connects a host to a volume: what the host is told, and what is taken back where it cannot be.
// Invariant: a connection is recorded before the export is made and removed where that fails.
//
// Hosts are told the connector type `local` of os-brick, whose one datum is the path to open. Of
// the types that os-brick knows it is the only one that needs no target service, no kernel module
// and no root: the engine and its clients are on one machine. The path is what qemu opens as raw:
// the volume's file, or the address of the block server of a qcow2 volume, which os-brick hands on
// as it is. (`nbd` would tell more, but os-brick refuses a type that it does not know.)
import { attachmentFaults } from '../../schema/attachment-faults';
import { isDriverError } from '../drivers/driver-error';
import type { Parts } from '../parts';
import type { ConnectionFacts, ConnectionRow } from '../records/rows/attachment-row';
import type { Volume } from '../records/rows/volume-row';
import { removeConnection } from '../records/connections';
import { findVolumeType } from '../records/volume-types';
import { frontEndQos } from './front-end-qos';
import { syncExport } from './volume-exports';

/** Whether the volume was set to be read only (os-update_readonly_flag). */
export function isReadOnly(volume: Volume): boolean {
  return volume.adminMetadata['readonly'] === 'True';
}

/** Throws where the bytes are not there yet: a reserved volume may still be in the making. */
export function assertHasBytes(volume: Volume): void {
  if (volume.bytes !== null && volume.pool !== null) return;
  throw attachmentFaults.volumeBusy({
    id: volume.id,
    reason: 'its bytes are still being made, or could not be',
  });
}

/**
 * Makes the export for a connection that is recorded already, and gives what its host must know.
 * Where it fails the connection is gone again. Fails with `volumeBusy` or `exportFailed`.
 */
export async function connectVolume(
  parts: Parts,
  volume: Volume,
  connection: Pick<ConnectionRow, 'id' | 'mode'>,
): Promise<ConnectionFacts> {
  try {
    const made = await syncExport(parts, volume.id);
    if (made === null) throw new Error(`volume ${volume.id} is not to be exported`);
    const type = volume.volumeTypeId
      ? await findVolumeType(parts.database, volume.volumeTypeId)
      : undefined;
    return {
      devicePath: made.devicePath,
      accessMode: connection.mode,
      isCacheable: type?.extraSpecs['cacheable'] === '<is> True',
      qosSpecs: await frontEndQos(parts.database, volume),
    };
  } catch (error) {
    await removeConnection(parts.database, connection.id);
    if (isDriverError(error, 'busy')) {
      const reason = 'a job is working on its bytes';
      throw attachmentFaults.volumeBusy({ id: volume.id, reason }, error);
    }
    parts.log.error({ volumeId: volume.id, err: error }, 'a volume could not be exported');
    throw attachmentFaults.exportFailed({}, error);
  }
}
