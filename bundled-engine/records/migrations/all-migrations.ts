// Every migration in order. Invariant: the list only grows; what is in it never changes again.
import type { Migration } from '../migrate';
import { identityTables } from './0001-identity';
import { blockStorageTables } from './0002-block-storage';
import { imageTables } from './0003-images';
import { quotaTables } from './0004-quotas';
import { metadataPairsTable } from './0005-metadata-pairs';
import { jobTables } from './0006-jobs';

/** The migrations of this program. */
export const allMigrations: readonly Migration[] = [
  identityTables,
  blockStorageTables,
  imageTables,
  quotaTables,
  metadataPairsTable,
  jobTables,
];
