// What a project may have at most and has now, as the service counts it.
import { z } from 'zod';
import { chosen, lookup, told } from '../kernel/lookup';

const count = z.number().int();

const bound = z.object({
  limit: count.describe('The most that the project may have; -1 where there is no bound.'),
  inUse: count.describe('What it has now.'),
  free: count.optional().describe('What is left; null where there is no bound.'),
});

/** The absolute limits of a project. */
export const limits = lookup({
  name: 'limits',
  title: 'Limits',
  summary: 'What a project may have at most and has now.',
  inputs: {
    projectId: chosen(
      z.string().min(1),
      "Id of the project; the caller's own when left out. Others are told to administrators.",
    ),
  },
  outputs: {
    volumes: told(bound, 'Number of volumes.'),
    gigabytes: told(bound, 'GiB of all volumes, and of snapshots where the service counts them.'),
    snapshots: told(bound, 'Number of snapshots.'),
    backups: told(bound, 'Number of backups.'),
    backupGigabytes: told(bound, 'GiB of all backups.'),
  },
});
