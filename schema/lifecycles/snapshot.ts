// The lifecycle of a snapshot, after Cinder (cinder/objects/fields.py SnapshotStatus,
// cinder/volume/api.py, cinder/volume/manager.py).
import { any, lifecycle, origin } from '../kernel/lifecycle';

/** Statuses and operations of a snapshot. */
export const snapshotLifecycle = lifecycle({
  noun: 'snapshot',
  statuses: {
    creating: { kind: 'transient', meaning: 'the point in time is being held' },
    available: { kind: 'stable', meaning: 'ready' },
    'backing-up': { kind: 'transient', meaning: 'its bytes are being saved to a backup' },
    restoring: { kind: 'transient', meaning: 'its volume is going back to it' },
    unmanaging: { kind: 'transient', meaning: 'being let go of; its bytes stay in the pool' },
    deleting: { kind: 'transient', meaning: 'being removed' },
    deleted: { kind: 'final', meaning: 'gone; the service answers 404' },
    error: { kind: 'stable', meaning: 'it could not be made' },
    error_deleting: { kind: 'stable', meaning: 'removing it failed; reset or force is needed' },
    error_unmanaging: { kind: 'stable', meaning: 'letting go of it failed; a reset is needed' },
  },
  operations: {
    create: {
      from: [],
      via: ['creating'],
      done: ['available'],
      failed: 'error',
      source: 'cinder/volume/api.py create_snapshot_in_db, volume/manager.py create_snapshot',
    },
    backup: {
      from: ['available'],
      via: ['backing-up'],
      done: origin,
      failed: origin,
      source: 'cinder/backup/manager.py create_backup with snapshot_id',
    },
    revert: {
      from: ['available'],
      via: ['restoring'],
      done: origin,
      failed: origin,
      source: 'cinder/volume/manager.py revert_to_snapshot',
    },
    unmanage: {
      from: ['available', 'error'],
      via: ['unmanaging'],
      done: ['deleted'],
      failed: 'error_unmanaging',
      source: 'cinder/volume/api.py delete_snapshot with unmanage_only',
    },
    delete: {
      from: ['available', 'error'],
      fromForced: any,
      via: ['deleting'],
      done: ['deleted'],
      failed: 'error_deleting',
      source: 'cinder/volume/api.py delete_snapshot',
    },
  },
});
