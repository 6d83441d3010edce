// Volumes of the Block Storage API v3: their routes. Invariant: paths, codes and policy rules are
// those of a real Cinder (api-ref v3); bodies and views are in volume-shapes.ts.
import { z } from 'zod';
import { routes } from './route';
import { nextLinks, text, wireBoolean, wireInteger, wireMetadata } from './shapes';
import { volumeBrief, volumeCreateBody, volumeUpdateBody, volumeView } from './volume-shapes';

export { bytesHeader, volumeView } from './volume-shapes';

const metadataReply = z.looseObject({ metadata: z.record(z.string(), z.string()) });
const metadataBody = z.strictObject({ metadata: wireMetadata });
const oneMetaBody = z.strictObject({ meta: wireMetadata });
const oneMetaReply = z.looseObject({ meta: z.record(z.string(), z.string()) });
const user = { service: 'block-storage' } as const;
const reads = (rule: string) => ({ rule, needs: 'reader' }) as const;
const writes = (rule: string) => ({ rule, needs: 'member' }) as const;
const admins = (rule: string) => ({ rule, needs: 'admin' }) as const;

/** Calls on volumes and their metadata. */
export const volumeRoutes = routes({
  createVolume: {
    ...user,
    method: 'POST',
    path: '/volumes',
    ok: 202,
    policy: writes('volume:create'),
    body: volumeCreateBody,
    reply: z.looseObject({ volume: volumeView }),
  },
  listVolumes: {
    ...user,
    method: 'GET',
    path: '/volumes',
    ok: 200,
    policy: reads('volume:get_all'),
    reply: z.looseObject({
      volumes: z.array(volumeBrief),
      volumes_links: nextLinks,
      count: z.number().optional(),
    }),
  },
  listVolumesDetail: {
    ...user,
    method: 'GET',
    path: '/volumes/detail',
    ok: 200,
    policy: reads('volume:get_all'),
    reply: z.looseObject({
      volumes: z.array(volumeView),
      volumes_links: nextLinks,
      count: z.number().optional(),
    }),
  },
  summariseVolumes: {
    ...user,
    method: 'GET',
    path: '/volumes/summary',
    ok: 200,
    since: '3.12',
    policy: reads('volume:get_all'),
    reply: z.looseObject({
      'volume-summary': z.looseObject({ total_count: z.number(), total_size: z.number() }),
    }),
  },
  showVolume: {
    ...user,
    method: 'GET',
    path: '/volumes/:id',
    ok: 200,
    policy: reads('volume:get'),
    reply: z.looseObject({ volume: volumeView }),
  },
  updateVolume: {
    ...user,
    method: 'PUT',
    path: '/volumes/:id',
    ok: 200,
    policy: writes('volume:update'),
    body: volumeUpdateBody,
    reply: z.looseObject({ volume: volumeView }),
  },
  deleteVolume: {
    ...user,
    method: 'DELETE',
    path: '/volumes/:id',
    ok: 202,
    policy: writes('volume:delete'),
  },
  showVolumeMetadata: {
    ...user,
    method: 'GET',
    path: '/volumes/:id/metadata',
    ok: 200,
    policy: reads('volume:get_volume_metadata'),
    reply: metadataReply,
  },
  addVolumeMetadata: {
    ...user,
    method: 'POST',
    path: '/volumes/:id/metadata',
    ok: 200,
    policy: writes('volume:create_volume_metadata'),
    body: metadataBody,
    reply: metadataReply,
  },
  replaceVolumeMetadata: {
    ...user,
    method: 'PUT',
    path: '/volumes/:id/metadata',
    ok: 200,
    policy: writes('volume:update_volume_metadata'),
    body: metadataBody,
    reply: metadataReply,
  },
  showVolumeMetadataKey: {
    ...user,
    method: 'GET',
    path: '/volumes/:id/metadata/:key',
    ok: 200,
    policy: reads('volume:get_volume_metadata'),
    reply: oneMetaReply,
  },
  setVolumeMetadataKey: {
    ...user,
    method: 'PUT',
    path: '/volumes/:id/metadata/:key',
    ok: 200,
    policy: writes('volume:update_volume_metadata'),
    body: oneMetaBody,
    reply: oneMetaReply,
  },
  removeVolumeMetadataKey: {
    ...user,
    method: 'DELETE',
    path: '/volumes/:id/metadata/:key',
    ok: 200,
    policy: writes('volume:delete_volume_metadata'),
  },
});

const action = {
  ...user,
  method: 'POST',
  path: '/volumes/:id/action',
} as const;

/** The answer to `os-volume_upload_image`: the image that is being made. */
export const uploadReply = z.looseObject({
  'os-volume_upload_image': z.looseObject({
    id: z.string(),
    status: z.string(),
    size: z.number(),
    image_id: z.string(),
    container_format: z.string(),
    disk_format: z.string(),
    image_name: z.string(),
  }),
});

const imageMetadataReply = z.looseObject({ metadata: z.record(z.string(), z.string()) });

/** Calls of the form POST /volumes/{id}/action; the body's one key chooses among them. */
export const volumeActionRoutes = routes({
  extendVolume: {
    ...action,
    action: 'os-extend',
    ok: 202,
    policy: writes('volume:extend'),
    body: z.strictObject({ 'os-extend': z.strictObject({ new_size: wireInteger(1) }) }),
  },
  retypeVolume: {
    ...action,
    action: 'os-retype',
    ok: 202,
    policy: writes('volume:retype'),
    body: z.strictObject({
      'os-retype': z.strictObject({
        new_type: text(1, 255),
        migration_policy: z.enum(['never', 'on-demand']).nullish(),
      }),
    }),
  },
  uploadVolume: {
    ...action,
    action: 'os-volume_upload_image',
    ok: 202,
    policy: writes('volume_extension:volume_actions:upload_image'),
    body: z.strictObject({
      'os-volume_upload_image': z.strictObject({
        image_name: text(1, 255),
        force: wireBoolean.optional(),
        disk_format: z.enum(['raw', 'vmdk', 'vdi', 'qcow2', 'vhd', 'vhdx', 'ploop']).optional(),
        container_format: text(0, 255).optional(),
        /** 3.1 */
        visibility: z.enum(['community', 'public', 'private', 'shared']).optional(),
        protected: wireBoolean.optional(),
      }),
    }),
    reply: uploadReply,
  },
  setVolumeBootable: {
    ...action,
    action: 'os-set_bootable',
    ok: 200,
    policy: writes('volume_extension:volume_actions:set_bootable'),
    body: z.strictObject({ 'os-set_bootable': z.strictObject({ bootable: wireBoolean }) }),
  },
  setVolumeReadonly: {
    ...action,
    action: 'os-update_readonly_flag',
    ok: 202,
    policy: writes('volume:update_readonly_flag'),
    body: z.strictObject({ 'os-update_readonly_flag': z.strictObject({ readonly: wireBoolean }) }),
  },
  setVolumeImageMetadata: {
    ...action,
    action: 'os-set_image_metadata',
    ok: 200,
    policy: writes('volume_extension:volume_image_metadata:set'),
    body: z.strictObject({ 'os-set_image_metadata': z.strictObject({ metadata: wireMetadata }) }),
    reply: imageMetadataReply,
  },
  showVolumeImageMetadata: {
    ...action,
    action: 'os-show_image_metadata',
    ok: 200,
    policy: reads('volume_extension:volume_image_metadata:show'),
    body: z.strictObject({ 'os-show_image_metadata': z.looseObject({}).nullish() }),
    reply: imageMetadataReply,
  },
  unsetVolumeImageMetadata: {
    ...action,
    action: 'os-unset_image_metadata',
    ok: 200,
    policy: writes('volume_extension:volume_image_metadata:remove'),
    body: z.strictObject({ 'os-unset_image_metadata': z.strictObject({ key: text(1, 255) }) }),
  },
  resetVolumeStatus: {
    ...action,
    action: 'os-reset_status',
    ok: 202,
    policy: admins('volume_extension:volume_admin_actions:reset_status'),
    body: z.strictObject({
      'os-reset_status': z.strictObject({
        status: text(0, 255).nullish(),
        attach_status: text(0, 255).nullish(),
        migration_status: text(0, 255).nullish(),
      }),
    }),
  },
  forceDeleteVolume: {
    ...action,
    action: 'os-force_delete',
    ok: 202,
    policy: admins('volume_extension:volume_admin_actions:force_delete'),
    body: z.strictObject({ 'os-force_delete': z.looseObject({}).nullish() }),
  },
});
