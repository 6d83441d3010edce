// Loads node:sqlite without its one experimental warning, which would greet every user of the
// engine. Invariant: any other warning still passes.
import type * as Sqlite from 'node:sqlite';

/** The module `node:sqlite`. Repeatable; only the first call can meet the warning. */
export function loadSqlite(): typeof Sqlite {
  const emitWarning = process.emitWarning;
  // The overloads of emitWarning cannot be spelt in one signature, hence the cast.
  process.emitWarning = function (warning: string | Error, ...rest: unknown[]): void {
    if (String(warning).includes('SQLite is an experimental feature')) return;
    (emitWarning as (...all: unknown[]) => void).call(process, warning, ...rest);
  } as typeof process.emitWarning;
  try {
    return require('node:sqlite') as typeof Sqlite;
  } finally {
    process.emitWarning = emitWarning;
  }
}
