// The lifecycle of a group snapshot, after Cinder (cinder/objects/fields.py GroupSnapshotStatus,
// cinder/group/api.py, cinder/volume/manager.py).
import { any, lifecycle } from '../kernel/lifecycle';

/** Statuses and operations of a group snapshot. */
export const groupSnapshotLifecycle = lifecycle({
  noun: 'group-snapshot',
  statuses: {
    creating: { kind: 'transient', meaning: 'the point in time of all its volumes is being held' },
    available: { kind: 'stable', meaning: 'ready' },
    deleting: { kind: 'transient', meaning: 'being removed' },
    deleted: { kind: 'final', meaning: 'gone; the service answers 404' },
    error: { kind: 'stable', meaning: 'it could not be made' },
    error_deleting: { kind: 'stable', meaning: 'removing it failed; a reset is needed' },
  },
  operations: {
    create: {
      from: [],
      via: ['creating'],
      done: ['available'],
      failed: 'error',
      source: 'cinder/group/api.py create_group_snapshot, volume/manager.py create_group_snapshot',
    },
    delete: {
      from: ['available', 'error'],
      fromForced: any,
      via: ['deleting'],
      done: ['deleted'],
      failed: 'error_deleting',
      source: 'cinder/group/api.py delete_group_snapshot; forced by a reset alone',
    },
  },
});
