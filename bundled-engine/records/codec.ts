// Between rows as the program has them and as SQLite keeps them. Invariant: what is written is read
// back equal; the columns' checks in SQL (STRICT, json_valid) make what is read well-formed.
import type { RawRow } from './connection';
import type { SqlValue, TableShape } from './rows/table-shape';

/** How one row shape is encoded and decoded; made once a table. */
export interface Codec<Row extends object> {
  /** The stored form of the given columns. Throws at a column that the table does not have. */
  encode(row: Partial<Row>): RawRow;
  /** Turns a stored row into the program's, in place. */
  decode(stored: RawRow): Row;
}

/** The codec of `shape`; computed columns are decoded too. */
export function codecOf<Row extends object>(shape: TableShape<Row>): Codec<Row> {
  const columns = Object.entries<string>(shape.columns);
  const kinds = new Map(columns);
  const json = columns.filter(([, kind]) => kind.startsWith('json')).map(([name]) => name);
  const booleans = [
    ...columns.filter(([, kind]) => kind === 'boolean').map(([name]) => name),
    ...Object.keys(shape.computed).filter((name) => shape.computed[name]?.kind === 'boolean'),
  ];
  return {
    encode: (row) => {
      const stored: RawRow = {};
      for (const [name, value] of Object.entries(row)) {
        const kind = kinds.get(name);
        if (kind === undefined) throw new Error(`${shape.table} has no column ${name}`);
        if (value !== undefined) stored[name] = encodeValue(kind, value);
      }
      return stored;
    },
    decode: (stored) => {
      const row: Record<string, unknown> = stored;
      for (const name of booleans) row[name] = row[name] === 1;
      for (const name of json) row[name] = decodeJson(stored[name]);
      // The edge where rows come in: STRICT columns and json_valid vouch for the shape.
      return row as Row;
    },
  };
}

function encodeValue(kind: string, value: unknown): SqlValue {
  if (kind === 'boolean') return value ? 1 : 0;
  if (kind.startsWith('json')) return value === null ? null : JSON.stringify(value);
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value;
  throw new TypeError(`could not record a ${typeof value} in a column of kind ${kind}`);
}

function decodeJson(text: SqlValue | undefined): unknown {
  // Most metadata is empty, and a fresh object is cheaper than the parser.
  if (text === '{}') return {};
  return typeof text === 'string' ? JSON.parse(text) : null;
}
