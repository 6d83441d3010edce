// An operation without nouns for tests of the runner: each step makes a file, each undo removes it,
// and the outcome is a setting. Invariant: its world is one folder, so debris is a file that is
// left.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JobRunner } from '../../bundled-engine/jobs/runner';
import type { JobRunnerOptions } from '../../bundled-engine/jobs/runner';
import { operation, step } from '../../bundled-engine/jobs/steps';
import type { Operation } from '../../bundled-engine/jobs/steps';
import { openDatabase } from '../../bundled-engine/records/database';
import type { Database } from '../../bundled-engine/records/database';
import { findSetting, saveSetting } from '../../bundled-engine/records/settings';

/** What toy steps work with. */
export interface ToyParts {
  readonly folder: string;
}

/** What a toy is started with. */
export interface ToyPayload {
  readonly name: string;
}

interface ToyMemo {
  path: string;
}

/** The toy; `onRestart` as operations have it. */
export function toyOperation(
  onRestart: 'resume' | 'undo' = 'resume',
): Operation<ToyPayload, ToyParts, ToyMemo> {
  return operation<ToyPayload, ToyParts, ToyMemo>('toy', {
    onRestart,
    steps: [
      step(
        'choose a path',
        async ({ memo, payload, parts }) => {
          memo.path = join(parts.folder, payload.name);
        },
        async ({ memo }) => {
          delete memo.path;
        },
      ),
      step(
        'make the file',
        async ({ memo }) => writeFile(memo.path ?? '', 'bytes'),
        async ({ memo }) => rm(memo.path ?? '', { force: true }),
      ),
      step('look', async ({ parts }) => void (await readdir(parts.folder))),
      step(
        'make the second file',
        async ({ memo }) => writeFile(`${memo.path}.second`, 'bytes'),
        async ({ memo }) => rm(`${memo.path}.second`, { force: true }),
      ),
    ],
    done: async ({ payload }, tx) => saveSetting(tx, payload.name, 'done'),
    failed: async ({ payload }, failure, tx) =>
      saveSetting(tx, payload.name, failure.undone ? 'failed' : 'stuck'),
  });
}

/** A database and a folder of a test's own. */
export interface ToyWorld {
  readonly folder: string;
  readonly database: Database;
  runner(options?: Partial<JobRunnerOptions>): JobRunner;
  files(): Promise<string[]>;
  outcome(name: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Makes an empty world in a temporary folder; close() removes it. */
export async function toyWorld(): Promise<ToyWorld> {
  const root = await mkdtemp(join(tmpdir(), 'cinderkit-jobs-'));
  const folder = await mkdtemp(join(root, 'files-'));
  const database = await openDatabase({ file: join(root, 'records.db') });
  return {
    folder,
    database,
    runner: (options = {}) =>
      new JobRunner({ database, parts: () => ({ folder }), undoDelayMs: 1, ...options }),
    files: async () => (await readdir(folder)).sort(),
    outcome: (name) => findSetting(database, name),
    close: async () => {
      await database.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
