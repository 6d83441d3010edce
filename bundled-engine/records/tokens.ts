// Tokens in the records, by the hash of their text. Invariant: a revoked or expired token is not
// found, so no caller can forget to ask.
import type { Db } from './database';
import { presentMoment } from './moment';
import { tokenTable } from './rows/identity-rows';
import type { NewToken, TokenRow } from './rows/identity-rows';
import { Table, write } from './table';

const tokens = new Table<TokenRow>(tokenTable);

/** Inserts a token and gives the whole row; issuedAt is the present moment unless given. */
export function insertToken(db: Db, row: NewToken): Promise<TokenRow> {
  return tokens.insert(db, { issuedAt: presentMoment(), ...row });
}

/** The token of that hash that is valid at `moment` (now when left out), or undefined. */
export async function findToken(
  db: Db,
  hash: string,
  moment: string = presentMoment(),
): Promise<TokenRow | undefined> {
  const [row] = await tokens.where(db, [
    { sql: '"hash" = ?', parameters: [hash] },
    { sql: '"revokedAt" IS NULL', parameters: [] },
    { sql: '"expiresAt" > ?', parameters: [moment] },
  ]);
  return row;
}

/** Revokes one token; tells whether it was valid. Repeatable. */
export async function revokeToken(db: Db, hash: string): Promise<boolean> {
  const sql = 'UPDATE "tokens" SET "revokedAt" = ? WHERE "hash" = ? AND "revokedAt" IS NULL';
  return (await write(db, sql, [presentMoment(), hash])) > 0;
}

/** Revokes every token of a user (a changed password); gives their number. Repeatable. */
export function revokeTokensOfUser(db: Db, userId: string): Promise<number> {
  const sql = 'UPDATE "tokens" SET "revokedAt" = ? WHERE "userId" = ? AND "revokedAt" IS NULL';
  return write(db, sql, [presentMoment(), userId]);
}

/** Removes what expired before `moment`; gives the number of tokens. Repeatable. */
export function pruneTokens(db: Db, moment: string): Promise<number> {
  return write(db, 'DELETE FROM "tokens" WHERE "expiresAt" <= ?', [moment]);
}
