// The one way in which a status changes. Invariant: a change is one conditional UPDATE, so of two
// callers who want the same thing at once exactly one has it.
import type { Db, Tx } from './database';
import { presentMoment } from './moment';
import { write } from './table';

/** Tables whose rows have a status. */
export type StatusTable =
  'volumes' | 'snapshots' | 'backups' | 'images' | 'groups' | 'group_snapshots';

/** A change of status. */
export interface Move {
  /** Statuses in which it may happen; `any` for an administrator's force. */
  readonly from: readonly string[] | 'any';
  readonly to: string;
  /** Whether the status before is kept as previousStatus (default). Not for a way station: the
   * origin of the running operation would be lost. */
  readonly remember?: boolean;
}

/**
 * Moves one thing to `move.to` where it is in one of `move.from`; tells whether it did. Repeatable
 * in effect, but only the first call can find it there.
 */
export async function transition(
  db: Db,
  table: StatusTable,
  id: string,
  move: Move,
): Promise<boolean> {
  const { where, parameters } = startOf(move);
  const keep = move.remember === false ? '' : ', "previousStatus" = "status"';
  const sql = `UPDATE "${table}" SET "status" = ?, "updatedAt" = ?${keep} WHERE "id" = ?${where}`;
  return (await write(db, sql, [move.to, presentMoment(), id, ...parameters])) > 0;
}

/** Moves all of `ids` or, where one is not in `move.from`, none; tells whether it did. */
export async function transitionAll(
  tx: Tx,
  table: StatusTable,
  ids: readonly string[],
  move: Move,
): Promise<boolean> {
  const unique = [...new Set(ids)];
  const { where, parameters } = startOf(move);
  const holes = unique.map(() => '?').join(', ');
  const sql = `SELECT count(*) AS "ready" FROM "${table}" WHERE "id" IN (${holes})${where}`;
  const [found] = await tx.rows(sql, [...unique, ...parameters]);
  if (found?.ready !== unique.length) return false;
  for (const id of unique) await transition(tx, table, id, move);
  return true;
}

/**
 * Moves a thing back to the status that its running operation started from, where it is in one of
 * `from`; tells whether it did. Fails to move where no status was remembered.
 */
export async function returnToOrigin(
  db: Db,
  table: StatusTable,
  id: string,
  from: readonly string[],
): Promise<boolean> {
  const { where, parameters } = startOf({ from, to: '' });
  const sql =
    `UPDATE "${table}" SET "status" = "previousStatus", "previousStatus" = "status", ` +
    `"updatedAt" = ? WHERE "id" = ? AND "previousStatus" IS NOT NULL${where}`;
  return (await write(db, sql, [presentMoment(), id, ...parameters])) > 0;
}

function startOf(move: Move): { where: string; parameters: string[] } {
  if (move.from === 'any') return { where: '', parameters: [] };
  const holes = move.from.map(() => '?').join(', ');
  return { where: ` AND "status" IN (${holes})`, parameters: [...move.from] };
}
