// Handlers of the actions by which compute services attach volumes. Invariant: they translate and
// decide nothing (cinder/api/contrib/volume_actions.py, admin_actions.py).
import type { volumeComputeActionRoutes } from '../../../schema/wire/volume-compute-actions';
import {
  attachVolume,
  beginDetaching,
  detachVolume,
  reserveVolume,
  rollDetaching,
  unreserveVolume,
} from '../../operations/admission/compute-actions';
import {
  forceDetach,
  initializeConnection,
  terminateConnection,
} from '../../operations/admission/connection-changes';
import type { HandlersOf } from '../route-request';
import { askerOf, param } from './asker-of';
import { connectionView } from './attachment-view';

/** Handlers by the verbs of the route table. */
export const volumeComputeActionHandlers: HandlersOf<typeof volumeComputeActionRoutes> = {
  reserveVolume: (request, parts) => reserveVolume(parts, askerOf(request), param(request, 'id')),

  unreserveVolume: (request, parts) =>
    unreserveVolume(parts, askerOf(request), param(request, 'id')),

  beginDetachingVolume: (request, parts) =>
    beginDetaching(parts, askerOf(request), param(request, 'id')),

  rollDetachingVolume: (request, parts) =>
    rollDetaching(parts, askerOf(request), param(request, 'id')),

  attachVolume(request, parts) {
    const asked = request.body['os-attach'];
    return attachVolume(parts, askerOf(request), {
      volumeId: param(request, 'id'),
      instanceId: asked.instance_uuid ?? null,
      hostName: asked.host_name ?? null,
      mountpoint: asked.mountpoint,
      mode: asked.mode ?? 'rw',
    });
  },

  detachVolume: (request, parts) =>
    detachVolume(parts, askerOf(request), {
      volumeId: param(request, 'id'),
      attachmentId: request.body['os-detach']?.attachment_id ?? null,
    }),

  async initializeConnection(request, parts) {
    const told = await initializeConnection(parts, askerOf(request), {
      volumeId: param(request, 'id'),
      connector: request.body['os-initialize_connection'].connector,
    });
    return { connection_info: connectionView(told) };
  },

  terminateConnection: (request, parts) =>
    terminateConnection(parts, askerOf(request), {
      volumeId: param(request, 'id'),
      connector: request.body['os-terminate_connection'].connector,
    }),

  forceDetachVolume(request, parts) {
    const { connector, attachment_id: attachmentId } = request.body['os-force_detach'];
    return forceDetach(parts, askerOf(request), {
      volumeId: param(request, 'id'),
      // Text instead of a connector names no host, as none does.
      connector: typeof connector === 'object' ? connector : null,
      attachmentId: attachmentId ?? null,
    });
  },
};
