// The SQL of lists: filters, sorting by several keys, and pages that begin after a marker.
// Invariant: a page costs the same wherever it begins, for the marker's own values bound the index
// range; only names of the table's columns enter the SQL, values are parameters.
import type { TableShape } from './rows/table-shape';
import type { SqlValue } from './rows/table-shape';

/** Direction of a sort key. */
export type Direction = 'asc' | 'desc';

/** Comparisons of a column with a value. */
export type Comparison = 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';

/** What to list. Every part narrows; parts left out do not. */
export interface ListQuery<Row> {
  /** Owner, or null for the things of all projects. */
  readonly projectId: string | null;
  /** Columns that must equal the value, or one value of a list; null matches null. */
  readonly filters?: { readonly [K in keyof Row]?: Row[K] | readonly Row[K][] };
  /** Columns that must contain the text (`name~=x` of the API); case matters not for ASCII. */
  readonly contains?: { readonly [K in keyof Row]?: string };
  /** JSON columns of text pairs that must hold all of these pairs; a list must hold these keys. */
  readonly pairs?: { readonly [K in keyof Row]?: Readonly<Record<string, string>> };
  readonly compare?: readonly Compare<Row>[];
  /** Most significant first; creation and id follow by themselves. Newest first when left out. */
  readonly sort?: readonly SortKey<Row>[];
  readonly limit?: number;
  /** Id of the row after which the page begins. */
  readonly markerId?: string;
  readonly offset?: number;
}

/** One comparison. */
export interface Compare<Row> {
  readonly key: keyof Row & string;
  readonly how: Comparison;
  readonly value: string | number;
}

/** One sort key. */
export interface SortKey<Row> {
  readonly key: keyof Row & string;
  readonly direction: Direction;
}

/** A condition of a WHERE clause with its parameters. */
export interface Condition {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

const operators: Readonly<Record<Comparison, string>> = {
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  eq: '=',
  neq: '<>',
};

/** The conditions of `query` but for its marker; `extra` ones are the caller's own. */
export function conditionsOf<Row extends object>(
  shape: TableShape<Row>,
  query: ListQuery<Row>,
  extra: readonly Condition[] = [],
): Condition[] {
  const column = (name: string): string => quoted(shape, name);
  const conditions: Condition[] = [...extra];
  if (query.projectId !== null) {
    conditions.push({ sql: `${column('projectId')} = ?`, parameters: [query.projectId] });
  }
  for (const [name, value] of Object.entries(query.filters ?? {})) {
    if (value !== undefined) conditions.push(equals(column(name), value));
  }
  for (const [name, text] of Object.entries<string | undefined>(query.contains ?? {})) {
    if (text === undefined) continue;
    const pattern = `%${text.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
    conditions.push({ sql: `${column(name)} LIKE ? ESCAPE '\\'`, parameters: [pattern] });
  }
  for (const { key, how, value } of query.compare ?? []) {
    conditions.push({ sql: `${column(key)} ${operators[how]} ?`, parameters: [value] });
  }
  return [...conditions, ...pairConditions(shape, query)];
}

/**
 * The whole order: the asked keys, then creation, then id, in the direction of the last one asked.
 */
export function orderOf<Row extends object>(
  shape: TableShape<Row>,
  query: ListQuery<Row>,
): SortKey<Row>[] {
  const asked = [...(query.sort ?? [])];
  const direction = asked.at(-1)?.direction ?? 'desc';
  // Tables have these two; a key that is not one of the row's columns is refused by quoted().
  for (const key of ['createdAt', 'id'] as (keyof Row & string)[]) {
    if (!asked.some((each) => each.key === key)) asked.push({ key, direction });
  }
  for (const { key } of asked) quoted(shape, key);
  return asked;
}

/** The condition that a row comes after `marker` in `order`; nulls come before all values. */
export function afterMarker<Row extends object>(
  shape: TableShape<Row>,
  order: readonly SortKey<Row>[],
  marker: Readonly<Record<string, SqlValue>>,
): Condition {
  const [first] = order;
  const nullable = order.some(({ key }) => String(shape.columns[key]).endsWith('?'));
  const oneWay = order.every(({ direction }) => direction === first?.direction);
  const valueOf = (key: string): SqlValue => marker[key] ?? null;
  if (first && oneWay && !nullable) {
    const columns = order.map(({ key }) => quoted(shape, key)).join(', ');
    const sign = first.direction === 'asc' ? '>' : '<';
    const holes = order.map(() => '?').join(', ');
    const parameters = order.map(({ key }) => valueOf(key));
    return { sql: `(${columns}) ${sign} (${holes})`, parameters };
  }
  return afterInSteps(
    order.map(({ key, direction }) => ({
      column: quoted(shape, key),
      direction,
      nullable: String(shape.columns[key]).endsWith('?'),
      value: valueOf(key),
    })),
  );
}

interface MarkerPart {
  readonly column: string;
  readonly direction: Direction;
  readonly nullable: boolean;
  readonly value: SqlValue;
}

// (k1 not before m1) AND (k1 after m1 OR (k1 is m1 AND (… k2 …))): the first factor is implied by
// the second, and is there because the planner takes it as the bound of an index range.
function afterInSteps(parts: readonly MarkerPart[]): Condition {
  const [part, ...rest] = parts;
  if (!part) return { sql: '0', parameters: [] };
  const { column, direction, nullable, value } = part;
  const after = strictlyAfter(part);
  if (rest.length === 0) return after;
  const further = afterInSteps(rest);
  const sql = `(${after.sql} OR (${column} IS ? AND ${further.sql}))`;
  const parameters = [...after.parameters, value, ...further.parameters];
  if (value === null || (direction === 'desc' && nullable)) return { sql, parameters };
  const bound = `${column} ${direction === 'asc' ? '>=' : '<='} ?`;
  return { sql: `(${bound} AND ${sql})`, parameters: [value, ...parameters] };
}

function strictlyAfter({ column, direction, nullable, value }: MarkerPart): Condition {
  if (direction === 'asc') {
    if (value === null) return { sql: `${column} IS NOT NULL`, parameters: [] };
    return { sql: `${column} > ?`, parameters: [value] };
  }
  if (value === null) return { sql: '0', parameters: [] };
  const below = `${column} < ?`;
  return { sql: nullable ? `(${below} OR ${column} IS NULL)` : below, parameters: [value] };
}

function equals(column: string, value: unknown): Condition {
  const values = (Array.isArray(value) ? value : [value]).map(toParameter);
  const [only] = values;
  if (values.length === 1 && only !== undefined) {
    return only === null
      ? { sql: `${column} IS NULL`, parameters: [] }
      : { sql: `${column} = ?`, parameters: [only] };
  }
  const given = values.filter((each) => each !== null);
  const sql = `${column} IN (${given.map(() => '?').join(', ')})`;
  const withNull = given.length < values.length ? `(${sql} OR ${column} IS NULL)` : sql;
  return { sql: withNull, parameters: given };
}

function pairConditions<Row extends object>(
  shape: TableShape<Row>,
  query: ListQuery<Row>,
): Condition[] {
  const found: Condition[] = [];
  const searchable: Partial<Record<string, string>> = shape.searchable;
  for (const [name, pairs] of Object.entries(query.pairs ?? {})) {
    const kind = searchable[name];
    if (kind === undefined) throw new Error(`${shape.table} cannot be searched by ${name}`);
    const wanted: Readonly<Record<string, string>> = Object(pairs);
    for (const [key, value] of Object.entries(wanted)) {
      found.push({
        sql:
          `"${shape.table}"."id" IN (SELECT "ownerId" FROM "metadata_pairs" ` +
          'WHERE "kind" = ? AND "key" = ? AND "value" = ?)',
        parameters: [kind, key, value],
      });
    }
  }
  return found;
}

function toParameter(value: unknown): SqlValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value;
  throw new TypeError(`could not compare a column with a ${typeof value}`);
}

function quoted<Row extends object>(shape: TableShape<Row>, name: string): string {
  if (!Object.hasOwn(shape.columns, name)) {
    throw new Error(`could not list ${shape.table} by ${name}: it has no such column`);
  }
  return `"${shape.table}"."${name}"`;
}
