// A backup: the bytes of a volume or snapshot, saved apart from the storage that holds the volume.
import { z } from 'zod';
import { field } from '../kernel/field';
import { resource } from '../kernel/resource';
import { backupLifecycle } from '../lifecycles/backup';
import {
  adoptField,
  descriptionField,
  metadataField,
  nameField,
  output,
  sourceIdField,
  timeoutsField,
} from './shared-fields';

/** The backup, for all tools. */
export const backup = resource({
  noun: 'backup',
  title: 'Backup',
  summary: 'The bytes of a volume, saved apart from its storage; full or incremental.',
  lifecycle: backupLifecycle,
  inputs: {
    /** Display name; chosen for you when left out. */
    name: nameField,
    /** Free text about the backup. */
    description: descriptionField,
    /** Volume that is saved. */
    volumeId: field(z.string().min(1), { change: 'replace', presence: 'required' }),
    /** Snapshot of that volume whose bytes are saved instead of the live ones. */
    snapshotId: sourceIdField(),
    /** Whether only what changed since the newest backup is saved; false when left out. */
    incremental: field(z.boolean(), { change: 'replace', presence: 'optional' }),
    /** Whether a volume in use may be backed up. */
    force: field(z.boolean(), { change: 'in-place', presence: 'optional', home: 'tool' }),
    /** Container at the backup target; chosen by the service when left out. */
    container: field(z.string().min(1).max(255), { change: 'replace', presence: 'chosen' }),
    /** Keys and values of your own. */
    metadata: metadataField,
    /** Bounds for waits, in minutes. */
    timeouts: timeoutsField,
    /** Id of an existing backup to take over instead of making one. */
    adopt: adoptField,
  },
  outputs: {
    /** Live lifecycle status. */
    status: output(z.string()),
    /** Size in GiB of the volume when it was saved. */
    sizeGib: output(z.number().int()),
    /** Whether it leans on an earlier backup. */
    isIncremental: output(z.boolean()),
    /** Why it could not be made, in the service's words. */
    failReason: output(z.string().optional()),
    /** The moment whose bytes it holds, ISO 8601 in UTC. */
    dataTimestamp: output(z.string().optional()),
    /** When it was made, ISO 8601 in UTC. */
    createdAt: output(z.string()),
  },
});
