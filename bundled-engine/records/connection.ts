// One connection to the SQLite file with its prepared statements. Invariant: durable by default
// (WAL, synchronous=FULL: what is committed survives a power cut) and foreign keys are on.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { loadSqlite } from './load-sqlite';
import type { SqlValue } from './rows/table-shape';

/** A row as SQLite gives it. */
export type RawRow = Record<string, SqlValue>;

/** What a statement did. */
export interface Outcome {
  readonly rows: RawRow[];
  readonly changes: number;
  readonly insertId: number;
}

interface Prepared {
  readonly statement: StatementSync;
  readonly givesRows: boolean;
}

const busyTimeoutMs = 5000;
const keptStatements = 400;

/** One connection. All calls are synchronous and throw SQLite's own errors. */
export class Connection {
  private readonly handle: DatabaseSync;
  private readonly statements = new Map<string, Prepared>();

  constructor(file: string, options: { readOnly: boolean }) {
    const { DatabaseSync: Handle } = loadSqlite();
    this.handle = new Handle(file, { readOnly: options.readOnly, timeout: busyTimeoutMs });
    try {
      if (!options.readOnly) this.handle.exec('PRAGMA journal_mode = WAL');
      this.handle.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    } catch (error) {
      this.handle.close();
      throw error;
    }
  }

  /** Runs one statement with its parameters; booleans become 0 and 1. */
  run(sql: string, parameters: readonly unknown[]): Outcome {
    const { statement, givesRows } = this.prepared(sql);
    const values = parameters.map(toSqlValue);
    if (givesRows) {
      // SQLite's types are these alone: no column is read as a blob or a BigInt.
      const rows = statement.all(...values) as RawRow[];
      return { rows, changes: rows.length, insertId: 0 };
    }
    const { changes, lastInsertRowid } = statement.run(...values);
    return { rows: [], changes: Number(changes), insertId: Number(lastInsertRowid) };
  }

  /** Runs any number of statements that take no parameters. */
  script(sql: string): void {
    this.handle.exec(sql);
  }

  /** Closes it; repeatable. */
  close(): void {
    this.statements.clear();
    if (this.handle.isOpen) this.handle.close();
  }

  private prepared(sql: string): Prepared {
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = this.handle.prepare(sql);
    const made = { statement, givesRows: statement.columns().length > 0 };
    this.statements.set(sql, made);
    if (this.statements.size > keptStatements) {
      const oldest = this.statements.keys().next();
      if (!oldest.done) this.statements.delete(oldest.value);
    }
    return made;
  }
}

function toSqlValue(value: unknown): SqlValue {
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return Number(value);
  throw new TypeError(
    `could not give SQLite a parameter of type ${typeof value}: expected text, a number or null; ` +
      'encode the row with its table shape first',
  );
}
