// The lifecycle of an image, after Glance (glance/domain/__init__.py valid_state_targets). Uploads
// from a failed stream go back to queued, so the same image can be tried again.
import { lifecycle } from '../kernel/lifecycle';

/** Statuses and operations of an image. */
export const imageLifecycle = lifecycle({
  noun: 'image',
  statuses: {
    queued: { kind: 'stable', meaning: 'registered; no bytes yet' },
    saving: { kind: 'transient', meaning: 'bytes are arriving' },
    active: { kind: 'stable', meaning: 'ready' },
    deactivated: { kind: 'stable', meaning: 'kept, but only an administrator may download it' },
    deleted: { kind: 'final', meaning: 'gone; the service answers 404' },
  },
  operations: {
    register: {
      from: [],
      via: [],
      done: ['queued'],
      failed: 'deleted',
      source: 'glance/api/v2/images.py create',
    },
    upload: {
      from: ['queued'],
      via: ['saving'],
      done: ['active'],
      failed: 'queued',
      source: 'glance/api/v2/image_data.py upload',
    },
    deactivate: {
      from: ['active'],
      via: [],
      done: ['deactivated'],
      failed: 'active',
      source: 'glance/api/v2/image_actions.py deactivate',
    },
    reactivate: {
      from: ['deactivated'],
      via: [],
      done: ['active'],
      failed: 'deactivated',
      source: 'glance/api/v2/image_actions.py reactivate',
    },
    delete: {
      from: ['queued', 'saving', 'active', 'deactivated'],
      via: [],
      done: ['deleted'],
      failed: 'active',
      source: 'glance/api/v2/images.py delete',
    },
  },
});
