// os-initialize_connection and os-terminate_connection: connects hosts without an attachment of the
// newer API. Invariant: such a connection is recorded for its host, so that it is made again after
// a restart and ended by that host alone (Cinder: cinder/volume/api.py initialize_connection,
// terminate_connection; cinder/api/contrib/admin_actions.py _force_detach).
import type { Parts } from '../../parts';
import { putConnection, removeConnection, removeLooseConnections } from '../../records/connections';
import type { ConnectionFacts } from '../../records/rows/attachment-row';
import { assertHasBytes, connectVolume, isReadOnly } from '../connect-volume';
import type { Asker } from '../operation-context';
import { settleExport } from '../volume-exports';
import type { Connector } from './attachment-changes';
import { assertNoJob } from './attachment-status';
import { detachable, detachVolume, unreserve } from './compute-actions';
import { changeableVolume } from './find-owned';

/** Connects the connector's host and gives what it must know. Repeatable. */
export async function initializeConnection(
  parts: Parts,
  asker: Asker,
  request: { readonly volumeId: string; readonly connector: Connector },
): Promise<ConnectionFacts> {
  const begun = await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    assertNoJob(volume, 'connection cannot be initialized');
    assertHasBytes(volume);
    const isOnlyRead = isReadOnly(volume) || volume.adminMetadata['attached_mode'] === 'ro';
    const mode = isOnlyRead ? ('ro' as const) : ('rw' as const);
    const id = connectionId(volume.id, request.connector);
    await putConnection(tx, { id, volumeId: volume.id, attachmentId: null, mode });
    return { volume, id, mode };
  });
  return connectVolume(parts, begun.volume, begun);
}

/**
 * Ends the connection of the connector's host; without a connector, those of all hosts that have no
 * attachment. Also takes a reservation back. Repeatable.
 */
export async function terminateConnection(
  parts: Parts,
  asker: Asker,
  request: { readonly volumeId: string; readonly connector: Connector | null },
): Promise<void> {
  const { connector } = request;
  const volumeId = await parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, asker, request.volumeId);
    await detachable(tx, volume, null);
    if (connector === null) await removeLooseConnections(tx, volume.id);
    else await removeConnection(tx, connectionId(volume.id, connector));
    await unreserve(tx, volume);
    return volume.id;
  });
  await settleExport(parts, volumeId);
}

/** What an administrator does to a volume that its compute service has forgotten. */
export async function forceDetach(
  parts: Parts,
  asker: Asker,
  request: {
    readonly volumeId: string;
    readonly connector: Connector | null;
    readonly attachmentId: string | null;
  },
): Promise<void> {
  await terminateConnection(parts, asker, request);
  await detachVolume(parts, asker, request);
}

function connectionId(volumeId: string, connector: Connector): string {
  const { host } = connector;
  return `${volumeId}/${typeof host === 'string' ? host : ''}`;
}
