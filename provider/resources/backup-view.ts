// How a backup is seen: the service's JSON as inputs and outputs. Invariant: metadata is asked for
// only of services that know backups to have some (3.43).
import type { z } from 'zod';
import { backupLifecycle } from '../../schema/lifecycles/backup';
import { backupRoutes, type backupView } from '../../schema/wire/backups';
import type { Observed, Scope, Values } from './adapter';
import { narrowedPages, plainId, plainText } from './narrowed-pages';
import type { Subject } from './settle';
import { markerKey, orNull, textOf, timeOf, versionIfSpoken, withoutMarker } from './wire-values';

/** The first microversion with metadata on backups. */
export const backupMetadataVersion = '3.43';

/** A backup as the service shows it. */
export type BackupView = z.output<typeof backupView>;

/** Shows a backup as the service gives it; null when there is none with this id. */
export async function showBackup(scope: Scope, id: string): Promise<BackupView | null> {
  const version = await versionIfSpoken(scope.connection, backupMetadataVersion, scope.signal);
  const request = { params: { id }, ...version, signal: scope.signal };
  const reply = await orNull(() => scope.connection.call(backupRoutes.showBackup, request));
  return reply ? reply.body.backup : null;
}

/** Shows a backup; null when there is none with this id. */
export async function observeBackup(scope: Scope, id: string): Promise<Observed | null> {
  const view = await showBackup(scope, id);
  return view ? backupAsObserved(view) : null;
}

/** All backups of the project, with their metadata where the service has it. */
export async function* listBackups(scope: Scope, hints: Values): AsyncIterable<Observed> {
  const version = await versionIfSpoken(scope.connection, backupMetadataVersion, scope.signal);
  const list = {
    route: backupRoutes.listBackupsDetail,
    hints: {
      name: plainText(hints['name']),
      status: plainText(hints['status']),
      volume_id: plainId(hints['volumeId']),
    },
    ...version,
  };
  for await (const page of narrowedPages(scope, list)) {
    for (const view of page.backups) yield backupAsObserved(view);
  }
}

/** A backup's view as inputs and outputs. */
export function backupAsObserved(view: BackupView): Observed {
  return {
    id: view.id,
    status: view.status,
    failReason: view.fail_reason,
    marker: view.metadata?.[markerKey] ?? null,
    restStatus: 'available',
    inputs: {
      name: view.name ?? '',
      description: view.description ?? '',
      volumeId: view.volume_id,
      snapshotId: textOf(view.snapshot_id),
      incremental: view.is_incremental,
      container: textOf(view.container),
      metadata: view.metadata && withoutMarker(view.metadata),
    },
    outputs: {
      status: view.status,
      sizeGib: view.size ?? undefined,
      isIncremental: view.is_incremental,
      failReason: textOf(view.fail_reason),
      dataTimestamp: timeOf(view.data_timestamp),
      createdAt: timeOf(view.created_at),
    },
  };
}

/** All backups of a volume, with their metadata where the service has it. */
export async function backupsOf(scope: Scope, volumeId: string): Promise<BackupView[]> {
  const version = await versionIfSpoken(scope.connection, backupMetadataVersion, scope.signal);
  const request = { query: { volume_id: volumeId }, ...version, signal: scope.signal };
  const found: BackupView[] = [];
  for await (const page of scope.connection.pages(backupRoutes.listBackupsDetail, request)) {
    found.push(...page.backups.filter((view) => view.volume_id === volumeId));
  }
  return found;
}

/** The backup with this id as something to wait for. */
export function backupSubject(id: string, name?: unknown): Subject {
  return {
    lifecycle: backupLifecycle,
    id,
    name: typeof name === 'string' ? `backup ${name} (${id})` : `backup ${id}`,
    observe: (scope) => observeBackup(scope, id),
  };
}
