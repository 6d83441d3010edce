// The quota of a project with its usage, for the project as a whole and for each volume type.
import { z } from 'zod';
import { chosen, lookup, told } from '../kernel/lookup';

const count = z.number().int();

const share = z.object({
  limit: count.describe('The most that the project may have; -1 where there is no bound.'),
  inUse: count.describe('What it has now.'),
  reserved: count.describe('What is being made at the moment.'),
});

/** The quota set of a project. */
export const quota = lookup({
  name: 'quota',
  title: 'Quota',
  summary: 'The quota of a project and how much of it is used, for each volume type too.',
  inputs: {
    projectId: chosen(
      z.string().min(1),
      "Id of the project; the caller's own when left out. Others are told to administrators.",
    ),
  },
  outputs: {
    volumes: told(share, 'Number of volumes.'),
    gigabytes: told(share, 'GiB of all volumes, and of snapshots where the service counts them.'),
    snapshots: told(share, 'Number of snapshots.'),
    backups: told(share, 'Number of backups.'),
    backupGigabytes: told(share, 'GiB of all backups.'),
    groups: told(share.optional(), 'Number of groups; null where the service has none.'),
    perVolumeGigabytes: told(count, 'GiB that one volume may have; -1 where there is no bound.'),
    volumeTypes: told(
      z.array(
        z.object({
          name: z.string().describe('Name of the volume type.'),
          volumes: share.describe('Number of volumes of this type.'),
          gigabytes: share.describe('GiB of all volumes of this type.'),
          snapshots: share.describe('Number of snapshots of volumes of this type.'),
        }),
      ),
      'The same for each volume type, by name.',
    ),
  },
});
