// Backups of the Block Storage API v3: their routes and bodies.
// Invariant: keys and values are those of a real Cinder (api-ref v3, recorded replies).
import { z } from 'zod';
import { routes } from './route';
import {
  nextLinks,
  text,
  wireBoolean,
  wireDescription,
  wireLinks,
  wireMetadata,
  wireName,
  wireTime,
  wireUuid,
} from './shapes';

/** What a caller says about a backup to make. */
export const backupCreateBody = z.strictObject({
  backup: z.strictObject({
    volume_id: wireUuid,
    name: wireName,
    description: wireDescription,
    container: text(0, 255).nullish(),
    incremental: wireBoolean.nullish(),
    force: wireBoolean.nullish(),
    snapshot_id: wireUuid.nullish(),
    /** 3.43 */
    metadata: wireMetadata.nullish(),
    /** 3.51 */
    availability_zone: text(1, 255).nullish(),
  }),
});

/** A backup as `show` and `detail` give it. */
export const backupView = z.looseObject({
  id: z.string(),
  status: z.string(),
  size: z.number().int().nullable(),
  object_count: z.number().int().nullable(),
  availability_zone: z.string().nullable(),
  container: z.string().nullable(),
  created_at: wireTime,
  updated_at: wireTime.nullable(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  fail_reason: z.string().nullable(),
  volume_id: z.string(),
  links: wireLinks,
  is_incremental: z.boolean(),
  has_dependent_backups: z.boolean(),
  snapshot_id: z.string().nullable(),
  data_timestamp: z.string().nullable(),
  /** 3.18, administrators */
  'os-backup-project-attr:project_id': z.string().optional(),
  /** 3.43 */
  metadata: z.record(z.string(), z.string()).optional(),
  /** 3.45 (administrators) in Cinder's list view; 3.56 elsewhere */
  user_id: z.string().nullable().optional(),
  /** 3.64 */
  encryption_key_id: z.string().optional(),
});

/** A backup as the short list and create give it. */
export const backupBrief = z.looseObject({
  id: z.string(),
  name: z.string().nullable(),
  links: wireLinks,
});

/** Where a restore goes. */
export const restoreReply = z.looseObject({
  restore: z.looseObject({
    backup_id: z.string(),
    volume_id: z.string(),
    volume_name: z.string().nullable(),
  }),
});

const base = { service: 'block-storage' } as const;
const reads = (rule: string) => ({ rule, needs: 'reader' }) as const;
const writes = (rule: string) => ({ rule, needs: 'member' }) as const;
const admins = (rule: string) => ({ rule, needs: 'admin' }) as const;
const record = z.looseObject({ backup_service: z.string(), backup_url: z.string() });

/** What Python's decoder takes: letters beyond the alphabet are passed over, the rest is whole. */
const base64Text = text(1, 1_000_000).superRefine((value, context) => {
  const letters = value.replace(/[^A-Za-z0-9+/]/g, '').length;
  const padding = value.split('=').length - 1;
  const lacking = (4 - (letters % 4)) % 4;
  if (letters % 4 !== 1 && padding >= lacking) return;
  context.addIssue({ code: 'custom', message: `'${value}' is not a 'base64'` });
});
const action = { ...base, method: 'POST', path: '/backups/:id/action' } as const;

/** Calls on backups. */
export const backupRoutes = routes({
  createBackup: {
    ...base,
    method: 'POST',
    path: '/backups',
    ok: 202,
    policy: writes('backup:create'),
    body: backupCreateBody,
    reply: z.looseObject({ backup: backupBrief }),
  },
  listBackups: {
    ...base,
    method: 'GET',
    path: '/backups',
    ok: 200,
    policy: reads('backup:get_all'),
    reply: z.looseObject({
      backups: z.array(backupBrief),
      backups_links: nextLinks,
      count: z.number().optional(),
    }),
  },
  listBackupsDetail: {
    ...base,
    method: 'GET',
    path: '/backups/detail',
    ok: 200,
    policy: reads('backup:get_all'),
    reply: z.looseObject({
      backups: z.array(backupView),
      backups_links: nextLinks,
      count: z.number().optional(),
    }),
  },
  showBackup: {
    ...base,
    method: 'GET',
    path: '/backups/:id',
    ok: 200,
    policy: reads('backup:get'),
    reply: z.looseObject({ backup: backupView }),
  },
  updateBackup: {
    ...base,
    method: 'PUT',
    path: '/backups/:id',
    ok: 200,
    since: '3.9',
    policy: writes('backup:update'),
    body: z.strictObject({
      backup: z.strictObject({
        name: wireName,
        description: wireDescription,
        metadata: wireMetadata.nullish(),
      }),
    }),
    reply: z.looseObject({ backup: backupBrief }),
  },
  deleteBackup: {
    ...base,
    method: 'DELETE',
    path: '/backups/:id',
    ok: 202,
    policy: writes('backup:delete'),
  },
  restoreBackup: {
    ...base,
    method: 'POST',
    path: '/backups/:id/restore',
    ok: 202,
    policy: writes('backup:restore'),
    body: z.strictObject({
      restore: z.strictObject({ name: wireName, volume_id: wireUuid.nullish() }),
    }),
    reply: restoreReply,
  },
  exportBackupRecord: {
    ...base,
    method: 'GET',
    path: '/backups/:id/export_record',
    ok: 200,
    policy: admins('backup:export-import'),
    reply: z.looseObject({ 'backup-record': record }),
  },
  importBackupRecord: {
    ...base,
    method: 'POST',
    path: '/backups/import_record',
    ok: 201,
    policy: admins('backup:backup-import'),
    body: z.strictObject({
      'backup-record': z.strictObject({
        backup_service: text(0, 255),
        backup_url: base64Text,
      }),
    }),
    reply: z.looseObject({ backup: backupBrief }),
  },
});

/** Calls of the form POST /backups/{id}/action. */
export const backupActionRoutes = routes({
  resetBackupStatus: {
    ...action,
    action: 'os-reset_status',
    ok: 202,
    policy: admins('volume_extension:backup_admin_actions:reset_status'),
    body: z.strictObject({ 'os-reset_status': z.strictObject({ status: text(1, 255) }) }),
  },
  forceDeleteBackup: {
    ...action,
    action: 'os-force_delete',
    ok: 202,
    policy: admins('volume_extension:backup_admin_actions:force_delete'),
    body: z.strictObject({ 'os-force_delete': z.looseObject({}).nullish() }),
  },
});
