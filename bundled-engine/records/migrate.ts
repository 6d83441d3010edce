// Brings a database to the newest migration. Invariant: each migration is applied whole or not at
// all, once, in order, and is remembered with its checksum; an unknown or changed one is refused.
import { createHash } from 'node:crypto';
import { messageOf } from '../host/error-facts';
import type { Connection } from './connection';
import { recordsFaults } from './records-faults';

/** One numbered step of the schema; once released it never changes. */
export interface Migration {
  /** 1, 2, 3 and so on, without gaps. */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** Applies what is missing of `migrations`. Repeatable. Fails as openDatabase says. */
export function migrate(
  writer: Connection,
  options: { file: string; migrations: readonly Migration[] },
): void {
  const { file, migrations } = options;
  const applied = appliedChecksums(writer);
  const newest = Math.max(0, ...applied.keys());
  if (newest > migrations.length) {
    throw recordsFaults.databaseNewer({ file, found: newest, known: migrations.length });
  }
  for (const migration of migrations) {
    const checksum = checksumOf(migration);
    const found = applied.get(migration.number);
    if (found === undefined) apply(writer, file, { ...migration, checksum });
    else if (found !== checksum) {
      throw recordsFaults.databaseAltered({ file, migration: titleOf(migration) });
    }
  }
}

function appliedChecksums(writer: Connection): Map<number, string> {
  const known = writer.run("SELECT 1 FROM sqlite_master WHERE name = 'migrations'", []);
  if (known.rows.length === 0) return new Map();
  const { rows } = writer.run('SELECT "number", "checksum" FROM "migrations"', []);
  return new Map(rows.map((row) => [Number(row.number), String(row.checksum)]));
}

function apply(writer: Connection, file: string, step: Migration & { checksum: string }): void {
  writer.script('BEGIN IMMEDIATE');
  try {
    writer.script(
      'CREATE TABLE IF NOT EXISTS "migrations" ("number" INTEGER PRIMARY KEY, ' +
        '"name" TEXT NOT NULL, "checksum" TEXT NOT NULL, "appliedAt" TEXT NOT NULL) STRICT',
    );
    writer.script(step.sql);
    writer.run('INSERT INTO "migrations" VALUES (?, ?, ?, ?)', [
      step.number,
      step.name,
      step.checksum,
      new Date().toISOString(),
    ]);
    writer.script('COMMIT');
  } catch (error) {
    writer.script('ROLLBACK');
    const reason = messageOf(error);
    throw recordsFaults.migrationFailed({ file, migration: titleOf(step), reason }, error);
  }
}

function checksumOf(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex');
}

function titleOf(migration: Migration): string {
  return `${String(migration.number).padStart(4, '0')}-${migration.name}`;
}
