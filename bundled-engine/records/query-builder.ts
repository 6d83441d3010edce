// Kysely over our own connections, for queries that are built and not written out. Invariant: it
// only compiles: what runs where, and in which transaction, is the database's to say. Loaded when
// first asked for: it costs 70 ms of CPU and 25 MiB, and neither starting nor logging in needs it.
import {
  Kysely,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import type { Outcome } from './connection';
import type { Tables } from './tables';

/** Runs a compiled query; `isRead` where it changes nothing. */
export type Execute = (
  sql: string,
  parameters: readonly unknown[],
  isRead: boolean,
) => Promise<Outcome>;

/** A query builder whose queries are run by `execute`. Its own transactions are refused. */
export function queryBuilder(execute: Execute): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SideBySideAdapter(),
      createDriver: () => new ExecutingDriver(execute),
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

// Kysely's own adapter makes everything wait for one connection; here the database gives the turns.
class SideBySideAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class ExecutingDriver implements Driver {
  private readonly connection: ExecutingConnection;

  constructor(execute: Execute) {
    this.connection = new ExecutingConnection(execute);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.connection;
  }

  async beginTransaction(): Promise<void> {
    throw new Error('could not begin a transaction by Kysely: use database.transaction()');
  }

  async commitTransaction(): Promise<void> {}

  async rollbackTransaction(): Promise<void> {}

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

class ExecutingConnection implements DatabaseConnection {
  private readonly execute: Execute;

  constructor(execute: Execute) {
    this.execute = execute;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const isRead = SelectQueryNode.is(query.query);
    const outcome = await this.execute(query.sql, query.parameters, isRead);
    return {
      // The row type is Kysely's knowledge of the query, which SQLite's answer cannot carry.
      rows: outcome.rows as R[],
      numAffectedRows: BigInt(outcome.changes),
      insertId: BigInt(outcome.insertId),
    };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('could not stream a query: SQLite answers at once; use execute()');
  }
}
