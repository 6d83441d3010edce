// The lifecycle of a volume. Rows follow Cinder (cinder/volume/api.py, cinder/objects/fields.py,
// cinder/volume/manager.py, cinder/backup/manager.py); sequences were also seen on a running Cinder
// 21.3. `origin` needs the status before the operation: records keep it as previous_status.
import { any, lifecycle, origin } from '../kernel/lifecycle';

/** Statuses and operations of a volume. */
export const volumeLifecycle = lifecycle({
  noun: 'volume',
  statuses: {
    creating: { kind: 'transient', meaning: 'space and bytes are being made' },
    downloading: { kind: 'transient', meaning: 'the bytes of an image are being copied in' },
    available: { kind: 'stable', meaning: 'ready and not attached' },
    'in-use': { kind: 'stable', meaning: 'attached to at least one server' },
    extending: { kind: 'transient', meaning: 'being made larger' },
    retyping: { kind: 'transient', meaning: 'moving to another volume type' },
    uploading: { kind: 'transient', meaning: 'its bytes are becoming an image' },
    'backing-up': { kind: 'transient', meaning: 'its bytes are being saved to a backup' },
    'restoring-backup': { kind: 'transient', meaning: 'the bytes of a backup are coming in' },
    deleting: { kind: 'transient', meaning: 'being removed' },
    deleted: { kind: 'final', meaning: 'gone; the service answers 404' },
    error: { kind: 'stable', meaning: 'it could not be made or an operation broke it' },
    error_extending: { kind: 'stable', meaning: 'growing it failed; its old bytes are intact' },
    error_restoring: { kind: 'stable', meaning: 'a restore failed; its bytes are not to be used' },
    error_deleting: { kind: 'stable', meaning: 'removing it failed; reset or force is needed' },
  },
  operations: {
    create: {
      from: [],
      via: ['creating', 'downloading'],
      alsoVia: ['restoring-backup'],
      done: ['available'],
      failed: 'error',
      source: 'cinder/volume/flows/manager/create_volume.py',
    },
    extend: {
      from: ['available'],
      fromSince: { version: '3.42', from: ['in-use'] },
      via: ['extending'],
      done: origin,
      failed: 'error_extending',
      source: 'cinder/volume/api.py extend, attach_extend',
    },
    retype: {
      from: ['available', 'in-use'],
      via: ['retyping'],
      done: origin,
      failed: origin,
      source: 'cinder/volume/api.py retype; a failed one goes back, volume/manager.py retype',
    },
    upload: {
      from: ['available'],
      fromForced: ['in-use'],
      via: ['uploading'],
      done: origin,
      failed: origin,
      source: 'cinder/volume/api.py copy_volume_to_image',
    },
    backup: {
      from: ['available'],
      fromForced: ['in-use'],
      via: ['backing-up'],
      done: origin,
      failed: origin,
      source: 'cinder/backup/api.py create, cinder/backup/manager.py create_backup',
    },
    restore: {
      from: ['available'],
      via: ['restoring-backup'],
      done: ['available'],
      failed: 'error_restoring',
      source: 'cinder/backup/api.py restore, cinder/backup/manager.py restore_backup',
    },
    delete: {
      from: ['available', 'error', 'error_restoring', 'error_extending'],
      fromForced: any,
      via: ['deleting'],
      done: ['deleted'],
      failed: 'error_deleting',
      source: 'cinder/volume/api.py delete; error_deleting needs a reset or force',
    },
  },
});
