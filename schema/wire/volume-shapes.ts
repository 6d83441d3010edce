// What goes over the wire about volumes: the bodies that callers send and the views they get back.
// Invariant: keys and values are those of a real Cinder (api-ref v3, recorded replies); keys that
// depend on the microversion are optional in views and name the version that brought them.
import { z } from 'zod';
import {
  text,
  wireBoolean,
  wireDescription,
  wireInteger,
  wireLinks,
  wireMetadata,
  wireName,
  wireTime,
  wireUuid,
} from './shapes';

/** What a caller may say about a volume to make. Unknown keys are refused from 3.53 on. */
export const volumeCreateBody = z.strictObject({
  volume: z.strictObject({
    name: wireName,
    display_name: wireName,
    description: wireDescription,
    display_description: wireDescription,
    size: wireInteger(1).nullish(),
    volume_type: text(1, 255).nullish(),
    availability_zone: text(1, 255).nullish(),
    metadata: wireMetadata.nullish(),
    imageRef: text(1, 255).nullish(),
    image_id: text(1, 255).nullish(),
    snapshot_id: wireUuid.nullish(),
    source_volid: wireUuid.nullish(),
    /** 3.47 */
    backup_id: wireUuid.nullish(),
    multiattach: wireBoolean.nullish(),
    consistencygroup_id: wireUuid.nullish(),
    /** 3.13 */
    group_id: wireUuid.nullish(),
  }),
  'OS-SCH-HNT:scheduler_hints': z.record(z.string(), z.unknown()).nullish(),
});

/** What may be altered in place. */
export const volumeUpdateBody = z.strictObject({
  volume: z.strictObject({
    name: wireName,
    display_name: wireName,
    description: wireDescription,
    display_description: wireDescription,
    metadata: wireMetadata.nullish(),
  }),
});

/** One attachment as a volume shows it. */
export const volumeAttachmentView = z.looseObject({
  id: z.string(),
  attachment_id: z.string(),
  volume_id: z.string(),
  server_id: z.string().nullable(),
  host_name: z.string().nullable(),
  device: z.string().nullable(),
  attached_at: z.string(),
});

/** A volume as `show` and `detail` give it. */
export const volumeView = z.looseObject({
  id: z.string(),
  status: z.string(),
  size: z.number().int(),
  availability_zone: z.string().nullable(),
  created_at: wireTime,
  updated_at: wireTime.nullable(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  volume_type: z.string().nullable(),
  snapshot_id: z.string().nullable(),
  source_volid: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  links: wireLinks,
  user_id: z.string(),
  bootable: z.string(),
  encrypted: z.boolean(),
  replication_status: z.string().nullable(),
  consistencygroup_id: z.string().nullable(),
  multiattach: z.boolean(),
  attachments: z.array(volumeAttachmentView),
  volume_image_metadata: z.record(z.string(), z.string()).optional(),
  migration_status: z.string().nullable().optional(),
  /** 3.13 */
  group_id: z.string().nullable().optional(),
  /** 3.21, administrators */
  provider_id: z.string().nullable().optional(),
  /** 3.48 */
  shared_targets: z.boolean().nullable().optional(),
  service_uuid: z.string().nullable().optional(),
  /** 3.61, administrators */
  cluster_name: z.string().nullable().optional(),
  /** 3.63 */
  volume_type_id: z.string().nullable().optional(),
  /** 3.65 */
  consumes_quota: z.boolean().optional(),
  'os-vol-tenant-attr:tenant_id': z.string().optional(),
  'os-vol-host-attr:host': z.string().nullable().optional(),
  'os-vol-mig-status-attr:migstat': z.string().nullable().optional(),
  'os-vol-mig-status-attr:name_id': z.string().nullable().optional(),
});

/** A volume as the short list gives it. */
export const volumeBrief = z.looseObject({
  id: z.string(),
  name: z.string().nullable(),
  links: wireLinks,
});

/** Header of `GET /volumes/{id}`: how the volume got its bytes (`blank`, `cloned`, `copied`). */
export const bytesHeader = 'x-cinderkit-bytes';
