// Quotas, quota classes and limits of the Block Storage API v3.
// Invariant: -1 means unbounded; keys for a volume type are volumes_TYPE, gigabytes_TYPE and
// snapshots_TYPE, so the shapes stay open.
import { z } from 'zod';
import { routes } from './route';
import { wireInteger } from './shapes';

/** Limits to set, by resource name. */
export const quotaUpdateBody = z.strictObject({
  quota_set: z.record(z.string(), z.union([wireInteger(-1), z.string()])),
});

/** Limits of a quota class to set, by resource name. */
export const quotaClassUpdateBody = z.strictObject({
  quota_class_set: z.record(z.string(), z.union([wireInteger(-1), z.string()])),
});

/** One resource with ?usage=true. */
export const quotaUsage = z.looseObject({
  limit: z.number(),
  in_use: z.number(),
  reserved: z.number(),
});

const base = { service: 'block-storage' } as const;
const reads = (rule: string) => ({ rule, needs: 'reader' }) as const;
const admins = (rule: string) => ({ rule, needs: 'admin' }) as const;
const quotaReply = z.looseObject({
  quota_set: z.record(z.string(), z.union([z.number(), z.string(), quotaUsage])),
});

/** What `GET /limits` tells about the caller's project. */
export const limitsReply = z.looseObject({
  limits: z.looseObject({
    rate: z.array(z.unknown()),
    absolute: z.looseObject({
      maxTotalVolumes: z.number(),
      maxTotalSnapshots: z.number(),
      maxTotalVolumeGigabytes: z.number(),
      maxTotalBackups: z.number(),
      maxTotalBackupGigabytes: z.number(),
      totalVolumesUsed: z.number(),
      totalGigabytesUsed: z.number(),
      totalSnapshotsUsed: z.number(),
      totalBackupsUsed: z.number(),
      totalBackupGigabytesUsed: z.number(),
    }),
  }),
});

/** Calls on quotas and limits. */
export const quotaRoutes = routes({
  showLimits: {
    ...base,
    method: 'GET',
    path: '/limits',
    ok: 200,
    policy: reads('limits_extension:used_limits'),
    reply: limitsReply,
  },
  showQuota: {
    ...base,
    method: 'GET',
    path: '/os-quota-sets/:project',
    ok: 200,
    policy: reads('volume_extension:quotas:show'),
    reply: quotaReply,
  },
  showQuotaDefaults: {
    ...base,
    method: 'GET',
    path: '/os-quota-sets/:project/defaults',
    ok: 200,
    policy: reads('volume_extension:quotas:show'),
    reply: quotaReply,
  },
  updateQuota: {
    ...base,
    method: 'PUT',
    path: '/os-quota-sets/:project',
    ok: 200,
    policy: admins('volume_extension:quotas:update'),
    body: quotaUpdateBody,
    reply: quotaReply,
  },
  removeQuota: {
    ...base,
    method: 'DELETE',
    path: '/os-quota-sets/:project',
    ok: 200,
    policy: admins('volume_extension:quotas:delete'),
  },
  showQuotaClass: {
    ...base,
    method: 'GET',
    path: '/os-quota-class-sets/:class',
    ok: 200,
    policy: admins('volume_extension:quota_classes:get'),
  },
  updateQuotaClass: {
    ...base,
    method: 'PUT',
    path: '/os-quota-class-sets/:class',
    ok: 200,
    policy: admins('volume_extension:quota_classes:update'),
    body: quotaClassUpdateBody,
  },
});
