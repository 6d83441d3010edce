// Attachments in the records. Invariant: those of a whole page of volumes are read in one query,
// and where there are none at all that costs next to nothing.
import type { Db } from './database';
import type { ListQuery } from './list-query';
import { attachmentTable } from './rows/attachment-row';
import type { AttachmentRow, NewAttachment } from './rows/attachment-row';
import { Table } from './table';
import type { Owner, Page } from './table';

const attachments = new Table<AttachmentRow>(attachmentTable);

/** Inserts an attachment and gives the whole row. Fails where its volume is not there. */
export function insertAttachment(db: Db, row: NewAttachment): Promise<AttachmentRow> {
  return attachments.insert(db, row);
}

/** The attachment, or undefined where there is none or it is another project's. */
export function findAttachment(
  db: Db,
  id: string,
  owner?: Owner,
): Promise<AttachmentRow | undefined> {
  return attachments.find(db, id, owner);
}

/** A page of attachments. */
export function listAttachments(
  db: Db,
  query: ListQuery<AttachmentRow>,
): Promise<Page<AttachmentRow>> {
  return attachments.list(db, query);
}

/** All attachments of a volume, whatever their status, oldest first. */
export function attachmentsOfVolume(db: Db, volumeId: string): Promise<AttachmentRow[]> {
  return attachments.where(db, [{ sql: '"volumeId" = ?', parameters: [volumeId] }], oldestFirst);
}

/** The attachments of several volumes that are attached, by volume, oldest first. */
export async function attachedTo(
  db: Db,
  volumeIds: readonly string[],
): Promise<ReadonlyMap<string, AttachmentRow[]>> {
  const found = new Map<string, AttachmentRow[]>();
  if (volumeIds.length === 0 || !(await hasAny(db))) return found;
  const ids = { sql: '"volumeId" IN (SELECT value FROM json_each(?))' };
  const rows = await attachments.where(
    db,
    [
      { ...ids, parameters: [JSON.stringify(volumeIds)] },
      { sql: '"attachStatus" = ?', parameters: ['attached'] },
    ],
    oldestFirst,
  );
  for (const row of rows) found.set(row.volumeId, [...(found.get(row.volumeId) ?? []), row]);
  return found;
}

/** Most engines have none: this costs a tenth of asking for a page's. */
async function hasAny(db: Db): Promise<boolean> {
  return (await db.rows('SELECT 1 FROM "volume_attachments" LIMIT 1', [])).length > 0;
}

/** Changes the given columns; tells whether the attachment was there. Repeatable. */
export function updateAttachment(
  db: Db,
  id: string,
  patch: Partial<AttachmentRow>,
): Promise<boolean> {
  return attachments.update(db, id, patch);
}

/** Removes the row and its connection; tells whether it was there. Repeatable. */
export function removeAttachment(db: Db, id: string): Promise<boolean> {
  return attachments.remove(db, id);
}

const oldestFirst = 'ORDER BY "createdAt", "id"';
