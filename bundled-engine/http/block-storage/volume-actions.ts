// Handlers of POST /volumes/{id}/action. Invariant: an action that needs time is admitted as a job
// and answered 202; one that only changes the record is done when it is answered
// (cinder/api/contrib/volume_actions.py, admin_actions.py, volume_image_metadata.py).
import { volumeFaults } from '../../../schema/faults';
import type { volumeActionRoutes } from '../../../schema/wire/volumes';
import { changeableVolume, ownVolume } from '../../operations/admission/find-owned';
import { admitExtendVolume } from '../../operations/admission/extend-admission';
import {
  admitDeleteVolume,
  admitRetypeVolume,
  admitUploadVolume,
} from '../../operations/admission/volume-changes';
import type { Parts } from '../../parts';
import type { Volume, VolumeRow } from '../../records/rows/volume-row';
import { findVolumeType } from '../../records/volume-types';
import { updateVolume } from '../../records/volumes';
import { httpFaults } from '../http-faults';
import type { HandlersOf, RouteRequest } from '../route-request';
import { askerOf, param } from './asker-of';
import { resetVolumeStatus } from './reset-status';
import { typeView } from './type-view';

async function changed(
  request: RouteRequest,
  parts: Parts,
  patch: (volume: Volume) => Partial<VolumeRow>,
): Promise<Volume> {
  return parts.database.transaction(async (tx) => {
    const volume = await changeableVolume(tx, request.caller, param(request, 'id'));
    await updateVolume(tx, volume.id, patch(volume));
    return volume;
  });
}

/** Handlers by the verbs of the route table. */
export const volumeActionHandlers: HandlersOf<typeof volumeActionRoutes> = {
  async extendVolume(request, parts) {
    await admitExtendVolume(parts, askerOf(request), {
      volumeId: param(request, 'id'),
      newSizeGib: request.body['os-extend'].new_size,
      version: request.version,
    });
  },

  async retypeVolume(request, parts) {
    const asked = request.body['os-retype'];
    await admitRetypeVolume(parts, askerOf(request), {
      volumeId: param(request, 'id'),
      newType: asked.new_type,
      policy: asked.migration_policy ?? 'never',
    });
  },

  async uploadVolume(request, parts) {
    const asked = request.body['os-volume_upload_image'];
    const isSince = request.minor >= 1;
    const visibility = (isSince ? asked.visibility : undefined) ?? 'private';
    const isProtected = (isSince ? asked.protected : undefined) ?? false;
    if (visibility === 'public' && !request.caller.isAdmin) {
      throw httpFaults.policyRefused({ rule: 'volume_extension:volume_actions:upload_public' });
    }
    const diskFormat = asked.disk_format ?? 'raw';
    const containerFormat = asked.container_format ?? 'bare';
    const { volume, imageId } = await admitUploadVolume(parts, askerOf(request), {
      volumeId: param(request, 'id'),
      imageName: asked.image_name,
      diskFormat,
      containerFormat,
      visibility,
      isProtected,
      force: asked.force ?? false,
    });
    const type = volume.volumeTypeId
      ? await findVolumeType(parts.database, volume.volumeTypeId)
      : undefined;
    return {
      'os-volume_upload_image': {
        id: volume.id,
        updated_at: volume.updatedAt,
        status: volume.status,
        display_description: volume.description,
        size: volume.sizeGib,
        volume_type: type ? typeView(request, type) : null,
        image_id: imageId,
        container_format: containerFormat,
        disk_format: diskFormat,
        image_name: asked.image_name,
        ...(isSince ? { protected: isProtected, visibility } : {}),
      },
    };
  },

  async setVolumeBootable(request, parts) {
    const { bootable } = request.body['os-set_bootable'];
    await changed(request, parts, () => ({ bootable }));
  },

  async setVolumeReadonly(request, parts) {
    const { readonly } = request.body['os-update_readonly_flag'];
    await changed(request, parts, ({ id, status, adminMetadata }) => {
      if (status !== 'available') {
        throw volumeFaults.invalidVolume({
          reason:
            `Volume ${id} status must be available to update readonly flag, but current status ` +
            `is: ${status}.`,
        });
      }
      return { adminMetadata: { ...adminMetadata, readonly: readonly ? 'True' : 'False' } };
    });
  },

  async setVolumeImageMetadata(request, parts) {
    const { metadata } = request.body['os-set_image_metadata'];
    const volume = await changed(request, parts, ({ imageMetadata }) => ({
      imageMetadata: { ...imageMetadata, ...metadata },
    }));
    return { metadata: { ...volume.imageMetadata, ...metadata } };
  },

  async showVolumeImageMetadata(request, parts) {
    const volume = await ownVolume(parts.database, request.caller, param(request, 'id'));
    return { metadata: volume.imageMetadata };
  },

  async unsetVolumeImageMetadata(request, parts) {
    const { key } = request.body['os-unset_image_metadata'];
    await changed(request, parts, ({ id, imageMetadata }) => {
      if (!Object.hasOwn(imageMetadata, key)) {
        throw volumeFaults.volumeMetadataNotFound({ id, key });
      }
      const rest = Object.entries(imageMetadata).filter(([name]) => name !== key);
      return { imageMetadata: Object.fromEntries(rest) };
    });
  },

  resetVolumeStatus,

  async forceDeleteVolume(request, parts) {
    const volumeId = param(request, 'id');
    await admitDeleteVolume(parts, askerOf(request), { volumeId, cascade: false, force: true });
  },
};
