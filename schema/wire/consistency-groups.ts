// Consistency groups and their snapshots of the Block Storage API v3 and v2: the older face of
// groups. Invariant: bodies are taken as Cinder takes them here, without a schema: what is not
// known is passed over (cinder/api/contrib/consistencygroups.py, cgsnapshots.py).
import { z } from 'zod';
import { routes } from './route';
import { text, wireBoolean, wireDescription, wireName, wireTime } from './shapes';

const named = { name: wireName, description: wireDescription } as const;

/** Ids joined by commas. */
const list = text(0, 65_535).nullish();

/** What a caller says about a consistency group to make. */
export const consistencyGroupCreateBody = z.looseObject({
  consistencygroup: z.looseObject({
    ...named,
    volume_types: list,
    availability_zone: text(0, 255).nullish(),
  }),
});

/** What a caller says about one to make from another, or from a snapshot. */
export const consistencyGroupFromSourceBody = z.looseObject({
  'consistencygroup-from-src': z.looseObject({
    ...named,
    cgsnapshot_id: text(0, 255).nullish(),
    source_cgid: text(0, 255).nullish(),
  }),
});

/** What may be altered in place. */
export const consistencyGroupUpdateBody = z.looseObject({
  consistencygroup: z.looseObject({ ...named, add_volumes: list, remove_volumes: list }),
});

/** A consistency group; the lists' short form has id and name alone. */
export const consistencyGroupView = z.looseObject({
  id: z.string(),
  name: z.string().nullable(),
  status: z.string().optional(),
  availability_zone: z.string().nullable().optional(),
  created_at: wireTime.optional(),
  description: z.string().nullable().optional(),
  volume_types: z.array(z.string()).optional(),
});

const base = { service: 'block-storage' } as const;
const groups = { ...base, path: '/consistencygroups' } as const;
const reads = (rule: string) => ({ rule, needs: 'reader' }) as const;
const writes = (rule: string) => ({ rule, needs: 'member' }) as const;
const reply = z.looseObject({ consistencygroup: consistencyGroupView });
const listReply = z.looseObject({ consistencygroups: z.array(consistencyGroupView) });

/** Calls on consistency groups. */
export const consistencyGroupRoutes = routes({
  createConsistencyGroup: {
    ...groups,
    method: 'POST',
    ok: 202,
    policy: writes('group:create'),
    body: consistencyGroupCreateBody,
    reply,
  },
  createConsistencyGroupFromSource: {
    ...base,
    method: 'POST',
    path: '/consistencygroups/create_from_src',
    ok: 202,
    policy: writes('group:create'),
    body: consistencyGroupFromSourceBody,
    reply,
  },
  listConsistencyGroups: {
    ...groups,
    method: 'GET',
    ok: 200,
    policy: reads('group:get_all'),
    reply: listReply,
  },
  listConsistencyGroupsDetail: {
    ...base,
    method: 'GET',
    path: '/consistencygroups/detail',
    ok: 200,
    policy: reads('group:get_all'),
    reply: listReply,
  },
  showConsistencyGroup: {
    ...base,
    method: 'GET',
    path: '/consistencygroups/:id',
    ok: 200,
    policy: reads('group:get'),
    reply,
  },
  updateConsistencyGroup: {
    ...base,
    method: 'PUT',
    path: '/consistencygroups/:id/update',
    ok: 202,
    policy: writes('group:update'),
    body: consistencyGroupUpdateBody,
  },
  deleteConsistencyGroup: {
    ...base,
    method: 'POST',
    path: '/consistencygroups/:id/delete',
    ok: 202,
    policy: writes('group:delete'),
    body: z
      .looseObject({ consistencygroup: z.looseObject({ force: wireBoolean.optional() }) })
      .nullish(),
  },
});

const snapshots = { ...base, path: '/cgsnapshots' } as const;
const snapshotView = z.looseObject({ id: z.string(), name: z.string().nullable() });
const snapshotReply = z.looseObject({ cgsnapshot: snapshotView });
const snapshotListReply = z.looseObject({ cgsnapshots: z.array(snapshotView) });

/** Calls on snapshots of consistency groups. */
export const cgsnapshotRoutes = routes({
  createCgsnapshot: {
    ...snapshots,
    method: 'POST',
    ok: 202,
    policy: writes('group:create_group_snapshot'),
    body: z.looseObject({
      cgsnapshot: z.looseObject({ ...named, consistencygroup_id: text(0, 255).optional() }),
    }),
    reply: snapshotReply,
  },
  listCgsnapshots: {
    ...snapshots,
    method: 'GET',
    ok: 200,
    policy: reads('group:get_all_group_snapshots'),
    reply: snapshotListReply,
  },
  listCgsnapshotsDetail: {
    ...base,
    method: 'GET',
    path: '/cgsnapshots/detail',
    ok: 200,
    policy: reads('group:get_all_group_snapshots'),
    reply: snapshotListReply,
  },
  showCgsnapshot: {
    ...base,
    method: 'GET',
    path: '/cgsnapshots/:id',
    ok: 200,
    policy: reads('group:get_group_snapshot'),
    reply: snapshotReply,
  },
  deleteCgsnapshot: {
    ...base,
    method: 'DELETE',
    path: '/cgsnapshots/:id',
    ok: 202,
    policy: writes('group:delete_group_snapshot'),
  },
});
