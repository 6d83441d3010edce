// Group snapshots of the Block Storage API v3 (3.14). Invariant: keys and values are those of a
// real Cinder (cinder/api/v3/group_snapshots.py, cinder/api/schemas/group_snapshots.py).
import { z } from 'zod';
import { routes } from './route';
import { nextLinks, wireDescription, wireName, wireTime, wireUuid } from './shapes';

/** What a caller says about a group snapshot to take. */
export const groupSnapshotCreateBody = z.strictObject({
  group_snapshot: z.strictObject({
    group_id: wireUuid,
    name: wireName,
    description: wireDescription,
  }),
});

/** A group snapshot as `show` and `detail` give it; the list's short form has id and name. */
export const groupSnapshotView = z.looseObject({
  id: z.string(),
  name: z.string().nullable(),
  group_id: z.string().optional(),
  group_type_id: z.string().optional(),
  status: z.string().optional(),
  created_at: wireTime.optional(),
  description: z.string().nullable().optional(),
  /** 3.58, for administrators */
  project_id: z.string().optional(),
});

const base = { service: 'block-storage', since: '3.14' } as const;
const one = { ...base, path: '/group_snapshots/:id' } as const;
const reads = (rule: string) => ({ rule, needs: 'reader' }) as const;
const writes = (rule: string) => ({ rule, needs: 'member' }) as const;
const reply = z.looseObject({ group_snapshot: groupSnapshotView });
const listReply = z.looseObject({
  group_snapshots: z.array(groupSnapshotView),
  group_snapshot_links: nextLinks,
});

/** Calls on group snapshots. */
export const groupSnapshotRoutes = routes({
  createGroupSnapshot: {
    ...base,
    method: 'POST',
    path: '/group_snapshots',
    ok: 202,
    policy: writes('group:create_group_snapshot'),
    body: groupSnapshotCreateBody,
    reply,
  },
  listGroupSnapshots: {
    ...base,
    method: 'GET',
    path: '/group_snapshots',
    ok: 200,
    policy: reads('group:get_all_group_snapshots'),
    reply: listReply,
  },
  listGroupSnapshotsDetail: {
    ...base,
    method: 'GET',
    path: '/group_snapshots/detail',
    ok: 200,
    policy: reads('group:get_all_group_snapshots'),
    reply: listReply,
  },
  showGroupSnapshot: {
    ...one,
    method: 'GET',
    ok: 200,
    policy: reads('group:get_group_snapshot'),
    reply,
  },
  deleteGroupSnapshot: {
    ...one,
    method: 'DELETE',
    ok: 202,
    policy: writes('group:delete_group_snapshot'),
  },
});

/** Calls of the form POST /group_snapshots/{id}/action. */
export const groupSnapshotActionRoutes = routes({
  resetGroupSnapshotStatus: {
    ...base,
    method: 'POST',
    path: '/group_snapshots/:id/action',
    action: 'reset_status',
    ok: 202,
    since: '3.19',
    policy: { rule: 'group:reset_group_snapshot_status', needs: 'admin' },
    body: z.strictObject({ reset_status: z.strictObject({ status: z.string() }) }),
  },
});
