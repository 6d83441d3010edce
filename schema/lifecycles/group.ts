// The lifecycle of a group of volumes, after Cinder (cinder/objects/fields.py GroupStatus,
// cinder/group/api.py, cinder/volume/manager.py).
import { any, lifecycle } from '../kernel/lifecycle';

/** Statuses and operations of a group. */
export const groupLifecycle = lifecycle({
  noun: 'group',
  statuses: {
    creating: { kind: 'transient', meaning: 'being made, with its volumes where it has a source' },
    available: { kind: 'stable', meaning: 'ready' },
    updating: { kind: 'transient', meaning: 'volumes are coming in or going out' },
    deleting: { kind: 'transient', meaning: 'being removed' },
    deleted: { kind: 'final', meaning: 'gone; the service answers 404' },
    error: { kind: 'stable', meaning: 'it could not be made or an operation broke it' },
    error_deleting: { kind: 'stable', meaning: 'removing it failed; a reset is needed' },
  },
  operations: {
    create: {
      from: [],
      via: ['creating'],
      done: ['available'],
      failed: 'error',
      source: 'cinder/group/api.py create, create_from_src; volume/manager.py create_group',
    },
    update: {
      from: ['available'],
      via: ['updating'],
      done: ['available'],
      failed: 'error',
      source: 'cinder/group/api.py update, volume/manager.py update_group',
    },
    delete: {
      from: ['available', 'error'],
      fromForced: any,
      via: ['deleting'],
      done: ['deleted'],
      failed: 'error_deleting',
      source: 'cinder/group/api.py delete; with its volumes whatever its status is',
    },
  },
});
