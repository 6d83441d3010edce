// A folder of a test's own, gone when the test is.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes an empty private folder below the system's temporary folder. Remove it with removeFolder.
 */
export async function tempFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'cinderkit-test-'));
}

/** Removes a folder and all in it. Repeatable. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
