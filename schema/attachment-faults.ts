// The catalogue of errors about attachments and connections. Texts are those of a real Cinder
// (cinder/exception.py, cinder/volume/api.py, cinder/volume/manager.py), for tools match on them.
// Invariant: the code of a row never changes its meaning.
import { defineFaults } from './kernel/fault';

/** Makers of faults about attachments. */
export const attachmentFaults = defineFaults({
  attachmentNotFound: {
    http: 404,
    message: (d: { id: string }) =>
      `Volume attachment could not be found with filter: attachment_id = ${d.id}.`,
  },
  attachModeInvalid: {
    http: 400,
    message: (d: { mode: string; volumeId: string }) =>
      `Invalid attaching mode '${d.mode}' for volume ${d.volumeId}.`,
  },
  /** The attachment cannot be changed for what its volume or its neighbours are. */
  attachmentConflict: {
    http: 409,
    message: (d: { reason: string }) => `Resource conflict: ${d.reason}`,
  },
  /** Which attachment is meant cannot be told, so that of a running server might be hit. */
  detachThroughCompute: {
    http: 409,
    message: (d: { instanceId: string }) =>
      `Detach volume from instance ${d.instanceId} using the Compute API`,
  },
  connectorIncomplete: {
    http: 400,
    message: (d: { missing: string }) =>
      `Invalid input received: Connector doesn't have required information: ${d.missing}`,
  },
  /** A job works on the bytes; the same call may succeed once it has ended. */
  volumeBusy: {
    http: 409,
    message: (d: { id: string; reason: string }) =>
      `Resource conflict: Volume ${d.id} cannot be connected now: ${d.reason}.`,
    retriable: true,
  },
  /** The host could not make the export; the log tells why. */
  exportFailed: {
    http: 500,
    message: () => 'Unable to fetch connection information from backend.',
  },
});
