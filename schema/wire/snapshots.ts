// Snapshots of the Block Storage API v3: their routes and bodies.
// Invariant: keys and values are those of a real Cinder (api-ref v3, recorded replies).
import { z } from 'zod';
import { routes } from './route';
import {
  nextLinks,
  text,
  wireBoolean,
  wireDescription,
  wireMetadata,
  wireName,
  wireTime,
  wireUuid,
} from './shapes';

/** What a caller says about a snapshot to take. */
export const snapshotCreateBody = z.strictObject({
  snapshot: z.strictObject({
    /** null is refused as the volume that is not there, not as a wrong shape. */
    volume_id: wireUuid.nullable(),
    name: wireName,
    display_name: wireName,
    description: wireDescription,
    display_description: wireDescription,
    force: wireBoolean.nullish(),
    metadata: wireMetadata.nullish(),
  }),
});

/** What may be altered in place. */
export const snapshotUpdateBody = z.strictObject({
  snapshot: z.strictObject({
    name: wireName,
    display_name: wireName,
    description: wireDescription,
    display_description: wireDescription,
  }),
});

/** A snapshot as all calls give it; `detail` and `show` add project and progress. */
export const snapshotView = z.looseObject({
  id: z.string(),
  created_at: wireTime,
  updated_at: wireTime.nullable(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  volume_id: z.string(),
  status: z.string(),
  size: z.number().int(),
  metadata: z.record(z.string(), z.string()),
  /** 3.14 */
  group_snapshot_id: z.string().nullable().optional(),
  /** 3.41 */
  user_id: z.string().nullable().optional(),
  /** 3.65 */
  consumes_quota: z.boolean().optional(),
  'os-extended-snapshot-attributes:project_id': z.string().optional(),
  'os-extended-snapshot-attributes:progress': z.string().optional(),
});

const metadataReply = z.looseObject({ metadata: z.record(z.string(), z.string()) });
const metadataBody = z.strictObject({ metadata: wireMetadata });
const oneMetaReply = z.looseObject({ meta: z.record(z.string(), z.string()) });
const oneMetaBody = z.strictObject({ meta: wireMetadata });
const listReply = z.looseObject({
  snapshots: z.array(snapshotView),
  snapshots_links: nextLinks,
  count: z.number().optional(),
});
const base = { service: 'block-storage' } as const;
const reads = (rule: string) => ({ rule, needs: 'reader' }) as const;
const writes = (rule: string) => ({ rule, needs: 'member' }) as const;
const admins = (rule: string) => ({ rule, needs: 'admin' }) as const;

/** Calls on snapshots and their metadata. */
export const snapshotRoutes = routes({
  createSnapshot: {
    ...base,
    method: 'POST',
    path: '/snapshots',
    ok: 202,
    policy: writes('volume:create_snapshot'),
    body: snapshotCreateBody,
    reply: z.looseObject({ snapshot: snapshotView }),
  },
  listSnapshots: {
    ...base,
    method: 'GET',
    path: '/snapshots',
    ok: 200,
    policy: reads('volume:get_all_snapshots'),
    reply: listReply,
  },
  listSnapshotsDetail: {
    ...base,
    method: 'GET',
    path: '/snapshots/detail',
    ok: 200,
    policy: reads('volume:get_all_snapshots'),
    reply: listReply,
  },
  showSnapshot: {
    ...base,
    method: 'GET',
    path: '/snapshots/:id',
    ok: 200,
    policy: reads('volume:get_snapshot'),
    reply: z.looseObject({ snapshot: snapshotView }),
  },
  updateSnapshot: {
    ...base,
    method: 'PUT',
    path: '/snapshots/:id',
    ok: 200,
    policy: writes('volume:update_snapshot'),
    body: snapshotUpdateBody,
    reply: z.looseObject({ snapshot: snapshotView }),
  },
  deleteSnapshot: {
    ...base,
    method: 'DELETE',
    path: '/snapshots/:id',
    ok: 202,
    policy: writes('volume:delete_snapshot'),
  },
  showSnapshotMetadata: {
    ...base,
    method: 'GET',
    path: '/snapshots/:id/metadata',
    ok: 200,
    policy: reads('volume:get_snapshot_metadata'),
    reply: metadataReply,
  },
  addSnapshotMetadata: {
    ...base,
    method: 'POST',
    path: '/snapshots/:id/metadata',
    ok: 200,
    policy: writes('volume:update_snapshot_metadata'),
    body: metadataBody,
    reply: metadataReply,
  },
  replaceSnapshotMetadata: {
    ...base,
    method: 'PUT',
    path: '/snapshots/:id/metadata',
    ok: 200,
    policy: writes('volume:update_snapshot_metadata'),
    body: metadataBody,
    reply: metadataReply,
  },
  showSnapshotMetadataKey: {
    ...base,
    method: 'GET',
    path: '/snapshots/:id/metadata/:key',
    ok: 200,
    policy: reads('volume:get_snapshot_metadata'),
    reply: oneMetaReply,
  },
  setSnapshotMetadataKey: {
    ...base,
    method: 'PUT',
    path: '/snapshots/:id/metadata/:key',
    ok: 200,
    policy: writes('volume:update_snapshot_metadata'),
    body: oneMetaBody,
    reply: oneMetaReply,
  },
  removeSnapshotMetadataKey: {
    ...base,
    method: 'DELETE',
    path: '/snapshots/:id/metadata/:key',
    ok: 200,
    policy: writes('volume:delete_snapshot_metadata'),
  },
});

const action = { ...base, method: 'POST', path: '/snapshots/:id/action' } as const;

/** Calls of the form POST /snapshots/{id}/action. */
export const snapshotActionRoutes = routes({
  resetSnapshotStatus: {
    ...action,
    action: 'os-reset_status',
    ok: 202,
    policy: admins('volume_extension:snapshot_admin_actions:reset_status'),
    body: z.strictObject({ 'os-reset_status': z.strictObject({ status: text(1, 255) }) }),
  },
  forceDeleteSnapshot: {
    ...action,
    action: 'os-force_delete',
    ok: 202,
    policy: admins('volume_extension:snapshot_admin_actions:force_delete'),
    body: z.strictObject({ 'os-force_delete': z.looseObject({}).nullish() }),
  },
  updateSnapshotStatus: {
    ...action,
    action: 'os-update_snapshot_status',
    ok: 202,
    policy: writes('snapshot_extension:snapshot_actions:update_snapshot_status'),
    body: z.strictObject({
      'os-update_snapshot_status': z.strictObject({
        status: text(1, 255),
        progress: text(0, 255).nullish(),
      }),
    }),
  },
});
