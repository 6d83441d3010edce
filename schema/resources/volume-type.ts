// A volume type: a named class of storage whose extra specs choose a pool and its abilities.
import { z } from 'zod';
import { field } from '../kernel/field';
import { resource } from '../kernel/resource';
import { adoptField, descriptionField, nameField, output, timeoutsField } from './shared-fields';

/** The volume type, for all tools. Made and altered by administrators alone. */
export const volumeType = resource({
  noun: 'volume-type',
  title: 'VolumeType',
  summary: 'A class of storage that volumes are made in; its extra specs choose the pool.',
  lifecycle: null,
  inputs: {
    /** Unique name of the type; chosen for you when left out. */
    name: nameField,
    /** Free text about the type. */
    description: descriptionField,
    /** Whether every project may use it; true when left out. */
    isPublic: field(z.boolean(), { change: 'in-place', presence: 'chosen' }),
    /** Keys that choose a pool (`volume_backend_name`) and its abilities; scoped keys are hints. */
    extraSpecs: field(z.record(z.string().min(1).max(255), z.string().max(255)), {
      change: 'in-place',
      presence: 'optional',
      ownKeysOnly: true,
    }),
    /** Bounds for waits, in minutes. */
    timeouts: timeoutsField,
    /** Id of an existing type to take over instead of making one. */
    adopt: adoptField,
  },
  outputs: {
    /** Id of the QoS specs tied to the type, if any. */
    qosSpecsId: output(z.string().optional()),
  },
  formerly: ['openstack_blockstorage_volume_type_v3'],
});
