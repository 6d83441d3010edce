// A volume: a block device with a size, a type and, where it has a source, the source's bytes.
import { z } from 'zod';
import { field } from '../kernel/field';
import { resource } from '../kernel/resource';
import { volumeLifecycle } from '../lifecycles/volume';
import {
  adoptField,
  descriptionField,
  metadataField,
  nameField,
  output,
  sourceIdField,
  timeoutsField,
} from './shared-fields';

/** The volume, for all tools. */
export const volume = resource({
  noun: 'volume',
  title: 'Volume',
  summary: 'A block device: blank, or with the bytes of an image, snapshot, volume or backup.',
  lifecycle: volumeLifecycle,
  inputs: {
    /** Display name; chosen for you when left out. */
    name: nameField,
    /** Free text about the volume. */
    description: descriptionField,
    /** Size in GiB. Growing is done in place; shrinking is refused. Needed for a blank volume. */
    sizeGib: field(z.number().int().min(1), {
      change: 'in-place',
      presence: 'chosen',
      order: 'grow',
    }),
    /** Name or id of the volume type; another one moves the volume in place. */
    volumeType: field(z.string().min(1).max(255), { change: 'in-place', presence: 'chosen' }),
    /** Whether a change of type may copy the bytes to another pool; `never` when left out. */
    retypePolicy: field(z.enum(['never', 'on-demand']), {
      change: 'in-place',
      presence: 'optional',
      home: 'tool',
    }),
    /** Zone in which it is made. */
    availabilityZone: field(z.string().min(1).max(255), { change: 'replace', presence: 'chosen' }),
    /** Keys and values of your own. */
    metadata: metadataField,
    /** Image whose bytes it starts with; the volume is then bootable. */
    imageId: sourceIdField('source'),
    /** Snapshot whose bytes it starts with. */
    snapshotId: sourceIdField('source'),
    /** Volume whose bytes it starts with. */
    sourceVolumeId: sourceIdField('source'),
    /** Backup whose bytes it starts with. */
    backupId: sourceIdField('source'),
    /** What removing the resource does: `delete` (default), `retain`, or a last `backup` first. */
    onDelete: field(z.enum(['delete', 'retain', 'backup']), {
      change: 'in-place',
      presence: 'optional',
      home: 'tool',
    }),
    /** Whether snapshots that the volume still has are removed with it; otherwise they block. */
    deleteSnapshots: field(z.boolean(), {
      change: 'in-place',
      presence: 'optional',
      home: 'tool',
    }),
    /** Bounds for waits, in minutes. */
    timeouts: timeoutsField,
    /** Id of an existing volume to take over instead of making one. */
    adopt: adoptField,
  },
  outputs: {
    /** Live lifecycle status. */
    status: output(z.string()),
    /** Whether it holds a bootable system. */
    bootable: output(z.boolean()),
    /** Whether its bytes are encrypted at rest. */
    encrypted: output(z.boolean(), 'volumeType'),
    /** How it got its bytes: blank, cloned, copied, or unknown where the service does not tell. */
    bytes: output(z.enum(['blank', 'cloned', 'copied', 'unknown'])),
    /** Facts about the image that it was made from. */
    imageMetadata: output(z.record(z.string(), z.string())),
    /** When it was made, ISO 8601 in UTC. */
    createdAt: output(z.string()),
  },
  formerly: ['openstack_blockstorage_volume_v3'],
  oneOf: [['sizeGib', 'imageId', 'snapshotId', 'sourceVolumeId', 'backupId', 'adopt']],
});
