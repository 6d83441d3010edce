// Application credentials in the records. Invariant: the secret is there as a hash alone.
import type { Db } from './database';
import { applicationCredentialTable } from './rows/identity-rows';
import type { ApplicationCredentialRow, NewApplicationCredential } from './rows/identity-rows';
import { Table } from './table';

const credentials = new Table<ApplicationCredentialRow>(applicationCredentialTable);

/** Inserts a credential and gives the whole row. Fails where the user has the name already. */
export function insertApplicationCredential(
  db: Db,
  row: NewApplicationCredential,
): Promise<ApplicationCredentialRow> {
  return credentials.insert(db, row);
}

/** The credential of that id, or undefined. */
export function findApplicationCredential(
  db: Db,
  id: string,
): Promise<ApplicationCredentialRow | undefined> {
  return credentials.find(db, id);
}

/** All credentials of a user, by name. */
export function applicationCredentialsOf(
  db: Db,
  userId: string,
): Promise<ApplicationCredentialRow[]> {
  const conditions = [{ sql: '"userId" = ?', parameters: [userId] }];
  return credentials.where(db, conditions, 'ORDER BY "name"');
}

/** Removes the credential and the tokens that came from it. Repeatable. */
export function removeApplicationCredential(db: Db, id: string): Promise<boolean> {
  return credentials.remove(db, id);
}
