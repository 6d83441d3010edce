// Groups of volumes of the Block Storage API v3 (3.13). Invariant: keys and values are those of a
// real Cinder (cinder/api/v3/groups.py, cinder/api/schemas/groups.py).
import { z } from 'zod';
import { routes } from './route';
import {
  nextLinks,
  text,
  wireBoolean,
  wireDescription,
  wireName,
  wireTime,
  wireUuid,
} from './shapes';

/** Texts that Cinder cuts spaces off. */
const description = wireDescription.transform((value) => value?.trim());

const volumeTypes = z
  .array(text(0, 255))
  .min(1)
  .superRefine((types, context) => {
    if (new Set(types).size === types.length) return;
    const shown = types.map((type) => `'${type}'`).join(', ');
    context.addIssue({ code: 'custom', message: `[${shown}] has non-unique elements` });
  });

/** What a caller says about a group to make. */
export const groupCreateBody = z.strictObject({
  group: z.strictObject({
    name: wireName,
    description,
    group_type: text(1, 255),
    volume_types: volumeTypes,
    availability_zone: text(1, 255).nullish(),
  }),
});

function oneSource(
  given: { readonly group_snapshot_id?: unknown; readonly source_group_id?: unknown },
  context: z.core.$RefinementCtx,
): void {
  const count = [given.group_snapshot_id, given.source_group_id].filter(
    (id) => id !== undefined,
  ).length;
  if (count === 1) return;
  const verb =
    count === 0 ? 'is not valid under any of the given schemas' : 'is valid under each of the two';
  context.addIssue({ code: 'custom', message: `${JSON.stringify(given)} ${verb}` });
}

/** What a caller says about a group to make from another, or from a group snapshot. */
export const groupFromSourceBody = z.strictObject({
  'create-from-src': z
    .strictObject({
      name: wireName,
      description,
      group_snapshot_id: wireUuid.optional(),
      source_group_id: wireUuid.optional(),
    })
    .superRefine(oneSource),
});

/** Lists of volumes are texts of at most 255 characters, ids joined by commas. */
const volumeList = text(0, 255).nullish();

/** What may be altered in place. */
export const groupUpdateBody = z.strictObject({
  group: z
    .strictObject({
      name: wireName,
      description,
      add_volumes: volumeList,
      remove_volumes: volumeList,
    })
    .superRefine((given, context) => {
      if (Object.values(given).some((value) => value !== undefined)) return;
      const message = '{} is not valid under any of the given schemas';
      context.addIssue({ code: 'custom', message });
    }),
});

/** A group as `show` and `detail` give it; the lists' short form has id and name alone. */
export const groupView = z.looseObject({
  id: z.string(),
  name: z.string().nullable(),
  status: z.string().optional(),
  availability_zone: z.string().nullable().optional(),
  created_at: wireTime.optional(),
  description: z.string().nullable().optional(),
  group_type: z.string().optional(),
  volume_types: z.array(z.string()).optional(),
  /** 3.14 */
  group_snapshot_id: z.string().nullable().optional(),
  /** 3.14 */
  source_group_id: z.string().nullable().optional(),
  /** 3.25, where list_volume asks for it */
  volumes: z.array(z.string()).optional(),
  /** 3.38 */
  replication_status: z.string().nullable().optional(),
  /** 3.58, for administrators */
  project_id: z.string().optional(),
});

const base = { service: 'block-storage', since: '3.13' } as const;
const reads = (rule: string) => ({ rule, needs: 'reader' }) as const;
const writes = (rule: string) => ({ rule, needs: 'member' }) as const;
const groupReply = z.looseObject({ group: groupView });
const listReply = z.looseObject({ groups: z.array(groupView), group_links: nextLinks });

/** Calls on groups. */
export const groupRoutes = routes({
  createGroup: {
    ...base,
    method: 'POST',
    path: '/groups',
    ok: 202,
    policy: writes('group:create'),
    body: groupCreateBody,
    reply: groupReply,
  },
  listGroups: {
    ...base,
    method: 'GET',
    path: '/groups',
    ok: 200,
    policy: reads('group:get_all'),
    reply: listReply,
  },
  listGroupsDetail: {
    ...base,
    method: 'GET',
    path: '/groups/detail',
    ok: 200,
    policy: reads('group:get_all'),
    reply: listReply,
  },
  showGroup: {
    ...base,
    method: 'GET',
    path: '/groups/:id',
    ok: 200,
    policy: reads('group:get'),
    reply: groupReply,
  },
  updateGroup: {
    ...base,
    method: 'PUT',
    path: '/groups/:id',
    ok: 202,
    policy: writes('group:update'),
    body: groupUpdateBody,
  },
  createGroupFromSource: {
    ...base,
    method: 'POST',
    path: '/groups/action',
    action: 'create-from-src',
    ok: 202,
    since: '3.14',
    policy: writes('group:create'),
    body: groupFromSourceBody,
    reply: groupReply,
  },
});

const action = { ...base, method: 'POST', path: '/groups/:id/action' } as const;
const replicates = { ...action, ok: 202, since: '3.38' } as const;
const nothing = z.looseObject({});

/** Calls of the form POST /groups/{id}/action. */
export const groupActionRoutes = routes({
  deleteGroup: {
    ...action,
    action: 'delete',
    ok: 202,
    policy: writes('group:delete'),
    body: z.strictObject({
      delete: z.strictObject({ 'delete-volumes': wireBoolean.optional() }),
    }),
  },
  resetGroupStatus: {
    ...action,
    action: 'reset_status',
    ok: 202,
    since: '3.20',
    policy: { rule: 'group:reset_status', needs: 'admin' },
    body: z.strictObject({ reset_status: z.strictObject({ status: z.string() }) }),
  },
  enableGroupReplication: {
    ...replicates,
    action: 'enable_replication',
    policy: writes('group:enable_replication'),
    body: z.strictObject({ enable_replication: nothing }),
  },
  disableGroupReplication: {
    ...replicates,
    action: 'disable_replication',
    policy: writes('group:disable_replication'),
    body: z.strictObject({ disable_replication: nothing }),
  },
  failoverGroupReplication: {
    ...replicates,
    action: 'failover_replication',
    policy: writes('group:failover_replication'),
    body: z.strictObject({
      failover_replication: z.strictObject({
        allow_attached_volume: wireBoolean.optional(),
        secondary_backend_id: text(0, 255).nullish(),
      }),
    }),
  },
  listGroupReplicationTargets: {
    ...replicates,
    action: 'list_replication_targets',
    ok: 200,
    policy: writes('group:list_replication_targets'),
    body: z.strictObject({ list_replication_targets: nothing }),
  },
});
