// What a table looks like from the program: its columns with how each is stored, and what a new row
// may leave out. Invariant: a row interface and its shape name the same columns, by type; the
// shapes are the only place that knows a boolean is kept as 0 or 1 and a structure as JSON text.

/** A value as SQLite keeps it. */
export type SqlValue = string | number | null;

/** Text pairs, as metadata is. */
export type TextMap = Readonly<Record<string, string>>;

/** How one column is kept: as it is, as 0 or 1, or as JSON text; `?` where it may be null. */
export type ColumnKind<T> = [T] extends [boolean]
  ? 'boolean'
  : [null] extends [T]
    ? [Exclude<T, null>] extends [object]
      ? 'json?'
      : 'value?'
    : [T] extends [object]
      ? 'json'
      : 'value';

/** The kinds of all columns of a row. */
export type Columns<Row> = { readonly [K in keyof Row]-?: ColumnKind<Row[K]> };

/** A row to insert: `Needed` must be given, all else may be. */
export type NewRow<Row, Needed extends keyof Row> = Pick<Row, Needed> & Partial<Row>;

/**
 * Columns that a read adds to the stored ones: an SQL expression each, over the table's own row.
 */
export interface ComputedColumn {
  readonly sql: string;
  readonly kind: 'value?' | 'boolean';
}

/** One table: its name, columns, and the values of what a new row leaves out. */
export interface TableShape<Row extends object, Blank extends Partial<Row> = Partial<Row>> {
  readonly table: string;
  readonly columns: Columns<Row>;
  readonly blank: Blank;
  readonly computed: Readonly<Record<string, ComputedColumn>>;
  /** JSON columns whose members can be searched, with the kind under which they are indexed. */
  readonly searchable: Partial<Record<keyof Row & string, string>>;
}
