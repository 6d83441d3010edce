// Every migration in order. Invariant: the list only grows; what is in it never changes again.
import type { Migration } from '../migrate';
import { identityTables } from './0001-identity';
import { blockStorageTables } from './0002-block-storage';
import { imageTables } from './0003-images';
import { quotaTables } from './0004-quotas';
import { metadataPairsTable } from './0005-metadata-pairs';
import { jobTables } from './0006-jobs';
import { attachmentTables } from './0007-attachments';
import { groupTables } from './0008-groups';
import { typeExtraTables } from './0009-type-extras';
import { transferTables } from './0010-transfers';
import { serviceStateTables } from './0011-service-states';

/** The migrations of this program. */
export const allMigrations: readonly Migration[] = [
  identityTables,
  blockStorageTables,
  imageTables,
  quotaTables,
  metadataPairsTable,
  jobTables,
  attachmentTables,
  groupTables,
  typeExtraTables,
  transferTables,
  serviceStateTables,
];
