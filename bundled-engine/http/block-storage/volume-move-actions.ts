// Handlers of the actions that move bytes. Invariant: they translate and decide nothing but what
// depends on the microversion (cinder/api/contrib/admin_actions.py, volume_actions.py).
import { requestFaults } from '../../../schema/faults';
import type { volumeMoveActionRoutes } from '../../../schema/wire/volume-move-actions';
import { admitUnmanageVolume } from '../../operations/admission/manage-changes';
import {
  admitMigrateVolume,
  admitReimageVolume,
  admitRevertVolume,
  completeMigration,
} from '../../operations/admission/volume-moves';
import { pythonText } from '../python-text';
import type { HandlersOf, RouteRequest } from '../route-request';
import { askerOf, param } from './asker-of';

/** 3.16: before it a host is needed and a cluster is not known. */
const clusterMinor = 16;

/** Refuses what the shape of the body's one object before 3.16 refuses. */
export function assertOldShape(
  request: RouteRequest,
  key: string,
  needs: { readonly host: boolean },
): void {
  const { body } = request.raw;
  if (request.minor >= clusterMinor || typeof body !== 'object' || body === null) return;
  // As it was sent, for the text shows it.
  const value: unknown = Reflect.get(body, key);
  if (typeof value !== 'object' || value === null) return;
  const where = `Invalid input for field/attribute ${key}. Value: ${pythonText(value)}.`;
  if ('cluster' in value) {
    const text = "Additional properties are not allowed ('cluster' was unexpected)";
    throw requestFaults.badInput({ message: `${where} ${text}` });
  }
  if (needs.host && !('host' in value)) {
    throw requestFaults.badInput({ message: `${where} 'host' is a required property` });
  }
}

/** Handlers by the verbs of the route table. */
export const volumeMoveActionHandlers: HandlersOf<typeof volumeMoveActionRoutes> = {
  async migrateVolume(request, parts) {
    const asked = request.body['os-migrate_volume'];
    assertOldShape(request, 'os-migrate_volume', { host: true });
    // Bytes are always copied by the host, so force_host_copy asks for what is done anyway.
    await admitMigrateVolume(parts, askerOf(request), {
      volumeId: param(request, 'id'),
      host: asked.host ?? null,
      cluster: asked.cluster ?? null,
      lock: asked.lock_volume ?? false,
      minor: request.minor,
    });
  },

  async completeMigration(request, parts) {
    const asked = request.body['os-migrate_volume_completion'];
    const kept = await completeMigration(parts, askerOf(request), {
      volumeId: param(request, 'id'),
      newVolumeId: asked.new_volume,
      isError: Boolean(asked.error),
    });
    return { save_volume_id: kept };
  },

  async revertVolume(request, parts) {
    await admitRevertVolume(parts, askerOf(request), {
      volumeId: param(request, 'id'),
      snapshotId: request.body.revert.snapshot_id ?? null,
    });
  },

  async reimageVolume(request, parts) {
    const asked = request.body['os-reimage'];
    await admitReimageVolume(parts, askerOf(request), {
      volumeId: param(request, 'id'),
      imageId: asked.image_id,
      reserved: asked.reimage_reserved ?? false,
    });
  },

  async unmanageVolume(request, parts) {
    await admitUnmanageVolume(parts, askerOf(request), param(request, 'id'));
  },
};
