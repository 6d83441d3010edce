// The five things that every noun's file does with its table: insert, find, list, update, remove.
// Invariant: every write of a row stamps updatedAt where the table has it, and a row of another
// project is as absent as one that does not exist.
import type { RawRow } from './connection';
import { codecOf } from './codec';
import type { Codec } from './codec';
import type { Db } from './database';
import { afterMarker, conditionsOf, orderOf } from './list-query';
import type { Condition, ListQuery } from './list-query';
import { presentMoment } from './moment';
import type { SqlValue, TableShape } from './rows/table-shape';

/** A page of a list, or the news that its marker is not there. */
export type Page<Row> = ListedPage<Row> | UnknownMarker;

/** Rows of a page, and whether more follow. */
export interface ListedPage<Row> {
  readonly rows: Row[];
  readonly hasMore: boolean;
}

/** The marker names no row that the caller may see. */
export interface UnknownMarker {
  readonly unknownMarker: string;
}

/** Whether a list could not begin for want of its marker. */
export function isUnknownMarker<Row>(page: Page<Row>): page is UnknownMarker {
  return 'unknownMarker' in page;
}

/** Whose row to find: left out or null for anyone's. */
export interface Owner {
  readonly projectId?: string | null;
}

/** Reads and writes one table. `Read` is the row with its computed columns. */
export class Table<Row extends object, Read extends Row = Row> {
  private readonly shape: TableShape<Row>;
  private readonly codec: Codec<Row>;
  private readonly reading: Codec<Read>;
  private readonly select: string;

  constructor(shape: TableShape<Row>) {
    this.shape = shape;
    this.codec = codecOf(shape);
    // Computed columns are decoded by the same codec; only the type of its rows is wider.
    this.reading = this.codec as unknown as Codec<Read>;
    const computed = Object.entries(shape.computed).map(
      ([name, { sql }]) => `, ${sql} AS "${name}"`,
    );
    this.select = `SELECT "${shape.table}".*${computed.join('')} FROM "${shape.table}"`;
  }

  /**
   * Inserts a row: what is left out takes the table's blank values, createdAt the present moment.
   * Not repeatable: an id that is there already fails with SQLite's constraint error.
   */
  async insert(db: Db, row: Partial<Row>): Promise<Row> {
    const created = 'createdAt' in this.shape.columns ? { createdAt: presentMoment() } : {};
    // The noun's own insert function demands the columns that have no blank value.
    const whole = { ...this.shape.blank, ...created, ...dropUndefined(row) } as Row;
    const stored = this.codec.encode(whole);
    const names = Object.keys(stored);
    const sql =
      `INSERT INTO "${this.shape.table}" (${names.map((name) => `"${name}"`).join(', ')}) ` +
      `VALUES (${names.map(() => '?').join(', ')})`;
    await write(db, sql, Object.values(stored));
    return whole;
  }

  /** The row, or undefined where there is none or it is another project's. */
  async find(db: Db, id: string, owner: Owner = {}): Promise<Read | undefined> {
    const [row] = await this.where(db, [
      { sql: `"${this.shape.table}"."id" = ?`, parameters: [id] },
      ...ownedBy(owner),
    ]);
    return row;
  }

  /** All rows under `conditions`, in `order` (SQL of the noun's own file, or none). */
  async where(db: Db, conditions: readonly Condition[], order = ''): Promise<Read[]> {
    const rows = await db.rows(
      `${this.select}${whereOf(conditions)} ${order}`,
      valuesOf(conditions),
    );
    return rows.map((row) => this.reading.decode(row));
  }

  /** A page of a list; `extra` conditions are the noun's own. */
  async list(db: Db, query: ListQuery<Row>, extra: readonly Condition[] = []): Promise<Page<Read>> {
    const conditions = conditionsOf(this.shape, query, extra);
    const order = orderOf(this.shape, query);
    if (query.markerId !== undefined) {
      const marker = await this.markerRow(db, query.markerId, { projectId: query.projectId });
      if (!marker) return { unknownMarker: query.markerId };
      conditions.push(afterMarker(this.shape, order, marker));
    }
    const keys = order.map(({ key, direction }) => `"${this.shape.table}"."${key}" ${direction}`);
    const limit = query.limit === undefined ? -1 : query.limit + 1;
    const rows = await db.rows(
      `${this.select}${whereOf(conditions)} ORDER BY ${keys.join(', ')} LIMIT ? OFFSET ?`,
      [...valuesOf(conditions), limit, query.offset ?? 0],
    );
    const hasMore = query.limit !== undefined && rows.length > query.limit;
    if (hasMore) rows.pop();
    return { rows: rows.map((row) => this.reading.decode(row)), hasMore };
  }

  /** How many rows the query's filters let through; limit, marker and offset do not matter. */
  async count(db: Db, query: ListQuery<Row>, extra: readonly Condition[] = []): Promise<number> {
    const conditions = conditionsOf(this.shape, query, extra);
    const sql = `SELECT count(*) AS "total" FROM "${this.shape.table}"${whereOf(conditions)}`;
    const [row] = await db.rows(sql, valuesOf(conditions));
    return Number(row?.total ?? 0);
  }

  /** Changes the given columns; tells whether the row was there. Repeatable. */
  async update(db: Db, id: string, patch: Partial<Row>): Promise<boolean> {
    const stamp = 'updatedAt' in this.shape.columns ? { updatedAt: presentMoment() } : {};
    const stored = this.codec.encode({ ...stamp, ...dropUndefined(patch) } as Partial<Row>);
    const names = Object.keys(stored);
    if (names.length === 0) return (await this.find(db, id)) !== undefined;
    const assignments = names.map((name) => `"${name}" = ?`).join(', ');
    const sql = `UPDATE "${this.shape.table}" SET ${assignments} WHERE "id" = ?`;
    return (await write(db, sql, [...Object.values(stored), id])) > 0;
  }

  /** Removes the row; tells whether it was there. Repeatable. */
  async remove(db: Db, id: string): Promise<boolean> {
    return (await write(db, `DELETE FROM "${this.shape.table}" WHERE "id" = ?`, [id])) > 0;
  }

  private async markerRow(db: Db, id: string, owner: Owner): Promise<RawRow | undefined> {
    const conditions = [{ sql: '"id" = ?', parameters: [id] }, ...ownedBy(owner)];
    const sql = `SELECT * FROM "${this.shape.table}"${whereOf(conditions)}`;
    const [row] = await db.rows(sql, valuesOf(conditions));
    return row;
  }
}

/** Runs one writing statement; the number of rows that it touched. */
export async function write(db: Db, sql: string, parameters: readonly SqlValue[]): Promise<number> {
  return (await db.run(sql, parameters)).changes;
}

function ownedBy(owner: Owner): Condition[] {
  if (owner.projectId === undefined || owner.projectId === null) return [];
  return [{ sql: '"projectId" = ?', parameters: [owner.projectId] }];
}

function whereOf(conditions: readonly Condition[]): string {
  if (conditions.length === 0) return '';
  return ` WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
}

function valuesOf(conditions: readonly Condition[]): SqlValue[] {
  return conditions.flatMap(({ parameters }) => parameters);
}

function dropUndefined(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}
