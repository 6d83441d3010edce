// User messages: why an operation failed, in words for the user, kept for thirty days. Event ids
// and texts are Cinder's (cinder/message/message_field.py), with the storage's reason added where
// it tells more. Invariant: every failed operation leaves one, in the transaction that shows the
// failure.
import { randomUUID } from 'node:crypto';
import type { Parts } from '../parts';
import type { Db } from '../records/database';
import { insertMessage } from '../records/messages';
import { momentOf } from '../records/moment';
import type { JobFailure } from '../records/rows/job-row';
import { stepFaults } from './storage-faults';

const actions = {
  allocate: ['001', 'schedule allocate volume'],
  uploadImage: ['003', 'copy volume to image'],
  copyImage: ['005', 'copy image to volume'],
  extend: ['007', 'extend volume'],
  create: ['008', 'create volume from backend storage'],
  createSnapshot: ['009', 'create snapshot'],
  deleteSnapshot: ['010', 'delete snapshot'],
  createBackup: ['013', 'create backup'],
  deleteBackup: ['014', 'delete backup'],
  restoreBackup: ['015', 'restore backup'],
  unmanage: ['006', 'unmanage volume'],
  reimage: ['016', 'reimage volume'],
  // Cinder has no messages for these; the numbers lie above those that it uses.
  delete: ['101', 'delete volume'],
  retype: ['102', 'retype volume'],
  migrate: ['103', 'migrate volume'],
  revert: ['104', 'revert volume to snapshot'],
  manage: ['105', 'manage volume'],
  manageSnapshot: ['106', 'manage snapshot'],
  unmanageSnapshot: ['107', 'unmanage snapshot'],
} as const;

/** The actions that a message can be about. */
export type MessageAction = keyof typeof actions;

const details: Readonly<Record<MessageAction, readonly [string, string]>> = {
  allocate: ['001', 'An unknown error occurred.'],
  uploadImage: ['004', 'Failed to upload volume to image at backend.'],
  copyImage: ['005', 'Failed to copy image to volume.'],
  extend: ['010', 'Volume Driver failed to extend volume.'],
  create: ['012', 'Driver failed to create the volume.'],
  createSnapshot: ['013', 'Snapshot failed to create.'],
  deleteSnapshot: ['016', 'Snapshot failed to delete.'],
  createBackup: ['018', 'Failed to create backup.'],
  deleteBackup: ['024', 'Backup driver failed to delete backup.'],
  restoreBackup: ['025', 'Backup failed to be restored.'],
  delete: ['001', 'Volume failed to delete.'],
  retype: ['001', 'Volume failed to retype.'],
  unmanage: ['001', 'Volume failed to be unmanaged.'],
  reimage: ['005', 'Failed to copy image to volume.'],
  migrate: ['001', 'Volume failed to migrate.'],
  revert: ['001', 'Volume failed to revert.'],
  manage: ['001', 'Volume failed to be managed.'],
  manageSnapshot: ['001', 'Snapshot failed to be managed.'],
  unmanageSnapshot: ['001', 'Snapshot failed to be unmanaged.'],
};

const keptMs = 30 * 24 * 60 * 60 * 1000;

/** What a message is about. */
export interface MessageSubject {
  readonly type: 'VOLUME' | 'VOLUME_SNAPSHOT' | 'VOLUME_BACKUP';
  readonly id: string;
  readonly projectId: string;
  readonly requestId: string;
}

/** The subject of a message about a volume. */
export function aboutVolume(
  volume: { readonly id: string; readonly projectId: string },
  requestId: string,
): MessageSubject {
  return { type: 'VOLUME', id: volume.id, projectId: volume.projectId, requestId };
}

/** The text of a failure for users: what failed, and why where that is known. */
export function failureText(action: MessageAction, failure: JobFailure): string {
  if (failure.code === 'noPool') return failure.message;
  const [, text] = details[action];
  // Only our own faults speak to users; the text of any other error is for the log.
  return failure.code !== null && failure.code in stepFaults ? `${text} ${failure.message}` : text;
}

/** Records the message about a failed operation. */
export async function tellFailure(
  parts: Parts,
  tx: Db,
  told: { action: MessageAction; failure: JobFailure; subject: MessageSubject },
): Promise<void> {
  const { action, failure, subject } = told;
  const [actionId, actionText] = actions[failure.code === 'noPool' ? 'allocate' : action];
  const detailId = failure.code === 'noPool' ? '003' : details[action][0];
  const now = parts.clock.now();
  await insertMessage(tx, {
    id: randomUUID(),
    projectId: subject.projectId,
    eventId: `VOLUME_${subject.type}_${actionId}_${detailId}`,
    messageLevel: 'ERROR',
    userMessage: `${actionText}:${failureText(action, failure)}`,
    requestId: subject.requestId,
    resourceType: subject.type,
    resourceId: subject.id,
    createdAt: momentOf(now),
    expiresAt: momentOf(new Date(now.getTime() + keptMs)),
  });
}
