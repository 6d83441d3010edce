// Backups for all tools. Invariant: where the service knows metadata on backups (3.43), one is
// asked for with its marker in the same call; a volume that is busy is waited for, not refused.
import { describeResource } from '../../schema/kernel/describe';
import { isFault } from '../../schema/kernel/fault';
import { backup } from '../../schema/resources/backup';
import { backupRoutes } from '../../schema/wire/backups';
import type { Adapter, Aspect, Observed, Scope, Values } from './adapter';
import { firstUnclaimed } from './adapter';
import {
  backupAsObserved,
  backupMetadataVersion,
  backupsOf,
  backupSubject,
  listBackups,
  observeBackup,
  showBackup,
} from './backup-view';
import { Refusal } from './refusal';
import type { Subject } from './settle';
import {
  atRest,
  isBeingRemoved,
  refuseFailed,
  restBeforeRemoval,
  waitForRemoval,
  waitOn,
  whenAtRest,
} from './settle';
import { renameAspect } from './shared-aspects';
import { snapshotSubject } from './snapshot-view';
import { volumeSubject } from './volume-view';
import { mapOf, markerKey, orNull, present, stringOf } from './wire-values';

/** Backups for all tools. */
export const backupAdapter: Adapter = {
  model: describeResource(backup),
  determining: [],
  unique: [],
  observe: observeBackup,
  find: async (scope, marker, inputs) => {
    const views = await backupsOf(scope, String(inputs['volumeId']));
    const mine = views.filter((view) => view.metadata?.[markerKey] === marker);
    return mine.map(backupAsObserved);
  },
  create: createBackup,
  settle: async (scope, observed) => {
    const subject = backupSubject(observed.id, observed.inputs['name']);
    const rested = await atRest(scope, subject, observed);
    if (rested) await refuseFailed(scope, subject, rested);
    return rested;
  },
  unmark: async (scope, observed) => {
    const metadata = mapOf(observed.inputs['metadata']);
    await replaceMetadata(scope, observed.id, metadata);
  },
  aspects: [renameAspect(backupRoutes.updateBackup, 'backup'), metadataAspect()],
  remove: removeBackup,
  list: listBackups,
  quotaUse: () => ({ backups: 1 }),
};

/** Asks for a backup with this marker; gives its id at once. */
export async function createBackup(scope: Scope, inputs: Values, marker: string): Promise<string> {
  const volumeId = String(inputs['volumeId']);
  const wantsMetadata = Object.keys(mapOf(inputs['metadata'])).length > 0;
  const has = await scope.connection.supports('block-storage', backupMetadataVersion, scope.signal);
  const metadata = { ...mapOf(inputs['metadata']), [markerKey]: marker };
  const body = {
    backup: present({
      volume_id: volumeId,
      name: stringOf(inputs['name']),
      description: stringOf(inputs['description']),
      container: stringOf(inputs['container']),
      incremental: inputs['incremental'] === true ? true : undefined,
      force: inputs['force'] === true ? true : undefined,
      snapshot_id: stringOf(inputs['snapshotId']),
      metadata: has || wantsMetadata ? metadata : undefined,
    }),
  };
  const findExisting = async () => {
    const siblings = await backupsOf(scope, volumeId);
    const marked = siblings.filter((view) => view.metadata?.[markerKey] === marker);
    const mine = firstUnclaimed(scope, marked);
    return mine ? { backup: mine } : null;
  };
  const reply = await whenAtRest(scope, await sourcesOf(scope, inputs), () =>
    scope.connection.call(backupRoutes.createBackup, {
      body,
      ...(has || wantsMetadata ? { microversion: backupMetadataVersion } : {}),
      signal: scope.signal,
      ...(has ? { findExisting } : {}),
    }),
  );
  return reply.body.backup.id;
}

async function sourcesOf(scope: Scope, inputs: Values): Promise<Subject[]> {
  const snapshotId = stringOf(inputs['snapshotId']);
  const volumeId = String(inputs['volumeId']);
  const live = volumeSubject(volumeId);
  const sources = snapshotId === undefined ? [live] : [snapshotSubject(snapshotId), live];
  if (inputs['incremental'] !== true) return sources;
  // An increment leans on the newest backup, which is not available while it is being restored.
  const siblings = await backupsOf(scope, volumeId);
  const [newest] = siblings.toSorted((a, b) => b.created_at.localeCompare(a.created_at));
  return newest ? [...sources, backupSubject(newest.id, newest.name)] : sources;
}

/** The service replaces the whole map, so it is made from the live one. */
function metadataAspect(): Aspect {
  return {
    fields: ['metadata'],
    apply: async (scope, { observed, desired, dropped }) => {
      const view = await showBackup(scope, observed.id);
      const live = { ...view?.metadata };
      for (const key of dropped['metadata'] ?? []) delete live[key];
      await replaceMetadata(scope, observed.id, { ...live, ...mapOf(desired['metadata']) });
    },
  };
}

async function replaceMetadata(
  { connection, signal }: Scope,
  id: string,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const body = { backup: { metadata } };
  const request = { params: { id }, body, microversion: backupMetadataVersion, signal };
  await connection.call(backupRoutes.updateBackup, request);
}

/**
 * Removes a backup and waits until it is gone. Increments that lean on it are named in the refusal.
 */
export async function removeBackup(scope: Scope, seen: Observed): Promise<void> {
  const subject = backupSubject(seen.id, seen.inputs['name']);
  const observed = await restBeforeRemoval(scope, subject, seen);
  if (!observed) return;
  if (observed.status === 'error_deleting') await refuseFailed(scope, subject, observed);
  if (observed.status !== 'deleting') {
    const request = { params: { id: observed.id }, signal: scope.signal };
    try {
      await orNull(() => scope.connection.call(backupRoutes.deleteBackup, request));
    } catch (error) {
      if (await isBeingRemoved(scope, subject)) return waitForRemoval(scope, subject);
      if (isFault(error) && error.http === 400) await refuseDependents(scope, observed, subject);
      throw error;
    }
  }
  await waitOn(scope, subject, { operation: 'delete', origin: observed.status });
}

/** Throws where later increments lean on the backup, and names them. */
async function refuseDependents(scope: Scope, observed: Observed, subject: Subject): Promise<void> {
  const own = await showBackup(scope, observed.id);
  if (!own?.has_dependent_backups) return;
  const siblings = await backupsOf(scope, own.volume_id);
  const later = siblings.filter((view) => view.is_incremental && view.created_at > own.created_at);
  const names = later.map((view) => `${view.name ?? 'unnamed'} (${view.id})`);
  throw new Refusal(
    `Cannot remove ${subject.name}: later incremental backups lean on it: ${names.join(', ')}. ` +
      'Remove them first, newest first.',
  );
}
