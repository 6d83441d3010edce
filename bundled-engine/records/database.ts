// The records of one engine: a SQLite file with two connections, one that reads and one that
// writes. Invariant: what a transaction wrote is on the disk when it ends well, and nothing of it
// is there when it does not; a read outside of it never sees what is not committed.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Connection } from './connection';
import type { Outcome, RawRow } from './connection';
import { migrate } from './migrate';
import { allMigrations } from './migrations/all-migrations';
import type { Migration } from './migrate';
import { recordsFaults } from './records-faults';
import { messageOf } from '../host/error-facts';
import { makePrivateFile } from '../host/files';
import { isFault } from '../../schema/kernel/fault';
import { Turns } from './turns';

/** What every function of the records takes first: the database, or a transaction on it. */
export interface Db {
  /** Rows of a written-out SELECT. In a transaction it sees what that has written. */
  rows(sql: string, parameters: readonly unknown[]): Promise<RawRow[]>;
  /** Runs a written-out INSERT, UPDATE or DELETE. */
  run(sql: string, parameters: readonly unknown[]): Promise<Outcome>;
  /** Calls `then` once what is being written is committed; outside a transaction, at once. */
  afterCommit(then: () => void): void;
}

/** A transaction at work. It refuses everything once its function has ended. */
export interface Tx extends Db {
  /** Tells a transaction from the database, for functions that must have one. */
  readonly isTransaction: true;
}

/** Where the records are. */
export interface DatabaseOptions {
  /** Path of the SQLite file; made where it is missing, with its folder's permissions. */
  readonly file: string;
  /** For tests of migrations alone; the program's own when left out. */
  readonly migrations?: readonly Migration[];
}

/** The open records. */
export class Database implements Db {
  private readonly writer: Connection;
  private readonly reader: Connection;
  private readonly turns = new Turns();
  // Set while a transaction's function runs: writing past the transaction would wait for itself.
  private readonly within = new AsyncLocalStorage<{ open: boolean }>();

  constructor(connections: { writer: Connection; reader: Connection }) {
    this.writer = connections.writer;
    this.reader = connections.reader;
  }

  async rows(sql: string, parameters: readonly unknown[]): Promise<RawRow[]> {
    return this.reader.run(sql, parameters).rows;
  }

  async run(sql: string, parameters: readonly unknown[]): Promise<Outcome> {
    const yieldTurn = await this.takeTurn();
    try {
      return this.writer.run(sql, parameters);
    } finally {
      yieldTurn();
    }
  }

  afterCommit(then: () => void): void {
    then();
  }

  /**
   * Runs `work` in one transaction: all of its writes are kept, or none where it throws.
   * Transactions take turns, so keep them short; writing to the database itself inside `work` is
   * refused.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const afterwards: (() => void)[] = [];
    const inside = { open: true };
    const yieldTurn = await this.takeTurn();
    let result: T;
    try {
      this.writer.run('BEGIN IMMEDIATE', []);
      try {
        const tx = this.transactionOf(inside, afterwards);
        result = await this.within.run(inside, () => work(tx));
        this.writer.run('COMMIT', []);
      } catch (error) {
        rollBack(this.writer);
        throw error;
      }
    } finally {
      inside.open = false;
      yieldTurn();
    }
    for (const then of afterwards) then();
    return result;
  }

  /** Closes the file when running transactions have ended; repeatable. */
  async close(): Promise<void> {
    const yieldTurn = await this.turns.take();
    try {
      this.reader.close();
      this.writer.close();
    } finally {
      yieldTurn();
    }
  }

  private transactionOf(inside: { open: boolean }, afterwards: (() => void)[]): Tx {
    const run = async (sql: string, parameters: readonly unknown[]): Promise<Outcome> => {
      if (!inside.open) throw new Error('could not use a transaction that has ended');
      return this.writer.run(sql, parameters);
    };
    return {
      isTransaction: true,
      rows: async (sql, parameters) => (await run(sql, parameters)).rows,
      run,
      afterCommit: (then) => void afterwards.push(then),
    };
  }

  private takeTurn(): Promise<() => void> {
    if (!this.within.getStore()?.open) return this.turns.take();
    return Promise.reject(
      new Error(
        'could not write to the database: this runs inside a transaction and would wait for it ' +
          'for ever; expected the write to go through the transaction; pass tx instead of database',
      ),
    );
  }
}

/**
 * Opens the records, brought to the program's newest migration. Fails with `databaseNewer`,
 * `databaseAltered`, `migrationFailed` or `databaseUnusable`, and then leaves the file as it was.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { file, migrations = allMigrations } = options;
  let writer: Connection | undefined;
  try {
    // Made by us, not by SQLite, whose file everybody could read: it holds hashes of passwords.
    await makePrivateFile(file);
    writer = new Connection(file, { readOnly: false });
    migrate(writer, { file, migrations });
    return new Database({ writer, reader: new Connection(file, { readOnly: true }) });
  } catch (error) {
    writer?.close();
    if (isFault(error)) throw error;
    const reason = messageOf(error);
    throw recordsFaults.databaseUnusable({ file, reason }, error);
  }
}

function rollBack(writer: Connection): void {
  try {
    writer.run('ROLLBACK', []);
  } catch (error) {
    // SQLite has rolled back by itself where the disk was full.
    if (!String(error).includes('no transaction is active')) throw error;
  }
}
