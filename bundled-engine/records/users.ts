// Users in the records. Invariant: a user's tokens, credentials and roles go with the user.
import type { Db } from './database';
import { userTable } from './rows/identity-rows';
import type { NewUser, UserRow } from './rows/identity-rows';
import { Table } from './table';

const users = new Table<UserRow>(userTable);

/** Inserts a user and gives the whole row. Fails where the domain has the name already. */
export function insertUser(db: Db, row: NewUser): Promise<UserRow> {
  return users.insert(db, row);
}

/** The user of that id, the engine's own included, or undefined. */
export function findUser(db: Db, id: string): Promise<UserRow | undefined> {
  return users.find(db, id);
}

/** The user of that name in a domain, or undefined. */
export async function findUserByName(
  db: Db,
  name: string,
  domainId: string,
): Promise<UserRow | undefined> {
  const [row] = await users.where(db, [
    { sql: '"name" = ?', parameters: [name] },
    { sql: '"domainId" = ?', parameters: [domainId] },
    { sql: '"isInternal" = 0', parameters: [] },
  ]);
  return row;
}

/** All users but the engine's own, by name. */
export function listUsers(db: Db): Promise<UserRow[]> {
  return users.where(db, [{ sql: '"isInternal" = 0', parameters: [] }], 'ORDER BY "name"');
}

/** Changes the given columns; tells whether the user was there. Repeatable. */
export function updateUser(db: Db, id: string, patch: Partial<UserRow>): Promise<boolean> {
  return users.update(db, id, patch);
}

/** Removes the user with tokens, credentials and roles. Repeatable. */
export function removeUser(db: Db, id: string): Promise<boolean> {
  return users.remove(db, id);
}
