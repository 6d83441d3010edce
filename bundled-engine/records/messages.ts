// Messages to users in the records. Invariant: an expired message is never shown.
import type { Db } from './database';
import type { ListQuery } from './list-query';
import { presentMoment } from './moment';
import { messageTable } from './rows/message-row';
import type { MessageRow, NewMessage } from './rows/message-row';
import { Table, write } from './table';
import type { Owner, Page } from './table';

const messages = new Table<MessageRow>(messageTable);

/** Inserts a message and gives the whole row. */
export function insertMessage(db: Db, row: NewMessage): Promise<MessageRow> {
  return messages.insert(db, row);
}

/** The message, or undefined where there is none or it is another project's. */
export function findMessage(db: Db, id: string, owner?: Owner): Promise<MessageRow | undefined> {
  return messages.find(db, id, owner);
}

/** A page of messages that have not expired. */
export function listMessages(db: Db, query: ListQuery<MessageRow>): Promise<Page<MessageRow>> {
  return messages.list(db, query, [{ sql: '"expiresAt" > ?', parameters: [presentMoment()] }]);
}

/** Removes the message; tells whether it was there. Repeatable. */
export function removeMessage(db: Db, id: string): Promise<boolean> {
  return messages.remove(db, id);
}

/** Removes what expired before `moment`; gives the number of messages. Repeatable. */
export function pruneMessages(db: Db, moment: string): Promise<number> {
  return write(db, 'DELETE FROM "messages" WHERE "expiresAt" <= ?', [moment]);
}
