// All tables, as Kysely is to know them. Invariant: made from the row interfaces, so a column
// exists here exactly when it exists there.
import type {
  ApplicationCredentialRow,
  ProjectRow,
  RoleAssignmentRow,
  RoleRow,
  TokenRow,
  UserRow,
} from './rows/identity-rows';
import type { BackupRow } from './rows/backup-row';
import type { ImageRow } from './rows/image-row';
import type { JobRow } from './rows/job-row';
import type { MessageRow } from './rows/message-row';
import type { SnapshotRow } from './rows/snapshot-row';
import type { Stored } from './rows/table-shape';
import type { VolumeRow } from './rows/volume-row';
import type { VolumeTypeRow } from './rows/volume-type-row';
import type { Generated } from 'kysely';

/** Every table with its columns as SQLite keeps them. */
export interface Tables {
  projects: Stored<ProjectRow>;
  users: Stored<UserRow>;
  roles: Stored<RoleRow>;
  role_assignments: Stored<RoleAssignmentRow>;
  application_credentials: Stored<ApplicationCredentialRow>;
  tokens: Stored<TokenRow>;
  volume_types: Stored<VolumeTypeRow>;
  volume_type_access: { volumeTypeId: string; projectId: string };
  volumes: Stored<VolumeRow>;
  snapshots: Stored<SnapshotRow>;
  backups: Stored<BackupRow>;
  images: Stored<ImageRow>;
  retired_image_ids: { id: string; retiredAt: string };
  messages: Stored<MessageRow>;
  quota_limits: { projectId: string; resource: string; hardLimit: number };
  quota_usage: QuotaUsageTable;
  metadata_pairs: { kind: string; ownerId: string; key: string; value: string };
  jobs: Omit<Stored<JobRow>, 'seq'> & { seq: Generated<number> };
  settings: { key: string; value: string };
}

/** What each project uses, kept by triggers: never written by the program. */
export interface QuotaUsageTable {
  projectId: string;
  kind: 'volume' | 'snapshot' | 'backup';
  /** Empty where the thing has no type. */
  volumeTypeId: string;
  count: number;
  gib: number;
}
