// A database in a folder of its own, for one test file. Invariant: the folder goes with close().
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../bundled-engine/records/database';
import type { Database } from '../../bundled-engine/records/database';

/** The database, where it is, and how to be rid of both. */
export interface TemporaryDatabase {
  readonly database: Database;
  readonly folder: string;
  readonly file: string;
  close(): Promise<void>;
}

/** Opens an empty database in a temporary folder. */
export async function temporaryDatabase(): Promise<TemporaryDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'cinderkit-records-'));
  const file = join(folder, 'records.db');
  const database = await openDatabase({ file });
  const close = async (): Promise<void> => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { database, folder, file, close };
}
