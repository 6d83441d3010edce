// A snapshot: the bytes of a volume at one point in time, held beside the volume.
import { z } from 'zod';
import { field } from '../kernel/field';
import { resource } from '../kernel/resource';
import { snapshotLifecycle } from '../lifecycles/snapshot';
import {
  adoptField,
  descriptionField,
  metadataField,
  nameField,
  output,
  timeoutsField,
} from './shared-fields';

/** The snapshot, for all tools. */
export const snapshot = resource({
  noun: 'snapshot',
  title: 'Snapshot',
  summary: 'The bytes of a volume at one point in time; volumes can be made from it.',
  lifecycle: snapshotLifecycle,
  inputs: {
    /** Display name; chosen for you when left out. */
    name: nameField,
    /** Free text about the snapshot. */
    description: descriptionField,
    /** Volume that it is taken of. */
    volumeId: field(z.string().min(1), { change: 'replace', presence: 'required' }),
    /** Keys and values of your own. */
    metadata: metadataField,
    /** Whether a volume in use may be snapshotted. */
    force: field(z.boolean(), { change: 'in-place', presence: 'optional', home: 'tool' }),
    /** Bounds for waits, in minutes. */
    timeouts: timeoutsField,
    /** Id of an existing snapshot to take over instead of making one. */
    adopt: adoptField,
  },
  outputs: {
    /** Live lifecycle status. */
    status: output(z.string()),
    /** Size in GiB of the volume when it was taken. */
    sizeGib: output(z.number().int()),
    /** When it was taken, ISO 8601 in UTC. */
    createdAt: output(z.string()),
  },
});
