// The lifecycle of a backup, after Cinder (cinder/objects/fields.py BackupStatus,
// cinder/backup/api.py, cinder/backup/manager.py).
import { any, lifecycle } from '../kernel/lifecycle';

/** Statuses and operations of a backup. */
export const backupLifecycle = lifecycle({
  noun: 'backup',
  statuses: {
    creating: { kind: 'transient', meaning: 'bytes are being saved' },
    available: { kind: 'stable', meaning: 'complete and restorable' },
    restoring: { kind: 'transient', meaning: 'being written into a volume' },
    deleting: { kind: 'transient', meaning: 'being removed' },
    deleted: { kind: 'final', meaning: 'gone; the service answers 404' },
    error: { kind: 'stable', meaning: 'it could not be made; fail_reason tells why' },
    error_deleting: { kind: 'stable', meaning: 'removing it failed; reset or force is needed' },
  },
  operations: {
    create: {
      from: [],
      via: ['creating'],
      done: ['available'],
      failed: 'error',
      source: 'cinder/backup/api.py create, cinder/backup/manager.py create_backup',
    },
    restore: {
      from: ['available'],
      via: ['restoring'],
      done: ['available'],
      failed: 'available',
      source: 'cinder/backup/manager.py restore_backup: a failure is shown on the volume',
    },
    delete: {
      from: ['available', 'error'],
      fromForced: any,
      via: ['deleting'],
      done: ['deleted'],
      failed: 'error_deleting',
      source: 'cinder/backup/api.py delete',
    },
  },
});
