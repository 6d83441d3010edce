// Taking over what lies in a pool, and what there is to take over: under the paths of 3.8 and under
// the old ones, which are the same calls. Invariant: paths, codes and policy rules are those of a
// real Cinder (cinder/api/contrib/volume_manage.py, snapshot_manage.py, cinder/api/v3).
import { z } from 'zod';
import { routes } from './route';
import { snapshotView } from './snapshots';
import { text, wireBoolean, wireDescription, wireMetadata, wireName, wireUuid } from './shapes';
import { volumeView } from './volume-shapes';

const base = { service: 'block-storage' } as const;
const admins = (rule: string) => ({ rule, needs: 'admin' }) as const;
const reference = z.union([z.record(z.string(), z.unknown()), z.string()]);

const volumeBody = z.strictObject({
  volume: z.strictObject({
    ref: reference,
    /** One of host and cluster (3.16) is needed. */
    host: text(1, 255).nullish(),
    cluster: text(0, 255).nullish(),
    name: wireName,
    description: wireDescription,
    volume_type: text(0, 255).nullish(),
    availability_zone: text(0, 255).nullish(),
    metadata: wireMetadata.nullish(),
    bootable: wireBoolean.optional(),
  }),
});

const snapshotBody = z.strictObject({
  snapshot: z.strictObject({
    volume_id: wireUuid,
    ref: reference.nullable(),
    name: wireName,
    description: wireDescription,
    metadata: wireMetadata.nullish(),
  }),
});

const brief = {
  reference: z.record(z.string(), z.string()),
  size: z.number().int(),
  safe_to_manage: z.boolean(),
};
const detail = {
  ...brief,
  reason_not_safe: z.string().nullable(),
  cinder_id: z.string().nullable(),
  extra_info: z.null(),
};
const source = { source_reference: z.record(z.string(), z.string()).nullable() };

const listVolumes = {
  ...base,
  method: 'GET',
  ok: 200,
  policy: admins('volume_extension:list_manageable'),
  reply: z.looseObject({ 'manageable-volumes': z.array(z.looseObject(brief)) }),
} as const;
const listVolumesDetail = {
  ...listVolumes,
  reply: z.looseObject({ 'manageable-volumes': z.array(z.looseObject(detail)) }),
} as const;
const listSnapshots = {
  ...base,
  method: 'GET',
  ok: 200,
  policy: admins('snapshot_extension:list_manageable'),
  reply: z.looseObject({ 'manageable-snapshots': z.array(z.looseObject({ ...brief, ...source })) }),
} as const;
const listSnapshotsDetail = {
  ...listSnapshots,
  reply: z.looseObject({
    'manageable-snapshots': z.array(z.looseObject({ ...detail, ...source })),
  }),
} as const;
const manageVolume = {
  ...base,
  method: 'POST',
  ok: 202,
  policy: admins('volume_extension:volume_manage'),
  body: volumeBody,
  reply: z.looseObject({ volume: volumeView }),
} as const;
const manageSnapshot = {
  ...base,
  method: 'POST',
  ok: 202,
  policy: admins('snapshot_extension:snapshot_manage'),
  body: snapshotBody,
  reply: z.looseObject({ snapshot: snapshotView }),
} as const;
const since = '3.8';

/** Calls about what lies in a pool unmanaged. */
export const manageableRoutes = routes({
  listManageableVolumes: { ...listVolumes, since, path: '/manageable_volumes' },
  listManageableVolumesDetail: {
    ...listVolumesDetail,
    since,
    path: '/manageable_volumes/detail',
  },
  manageVolume: { ...manageVolume, since, path: '/manageable_volumes' },
  listManageableSnapshots: { ...listSnapshots, since, path: '/manageable_snapshots' },
  listManageableSnapshotsDetail: {
    ...listSnapshotsDetail,
    since,
    path: '/manageable_snapshots/detail',
  },
  manageSnapshot: { ...manageSnapshot, since, path: '/manageable_snapshots' },
  listManageableVolumesOld: { ...listVolumes, path: '/os-volume-manage' },
  listManageableVolumesDetailOld: { ...listVolumesDetail, path: '/os-volume-manage/detail' },
  manageVolumeOld: { ...manageVolume, path: '/os-volume-manage' },
  listManageableSnapshotsOld: { ...listSnapshots, path: '/os-snapshot-manage' },
  listManageableSnapshotsDetailOld: {
    ...listSnapshotsDetail,
    path: '/os-snapshot-manage/detail',
  },
  manageSnapshotOld: { ...manageSnapshot, path: '/os-snapshot-manage' },
});
