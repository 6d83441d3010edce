// What sets one copy of a program apart from another of the same names, so that two people who run
// the same example in one cloud never take over each other's half-made things. Invariant: the same
// copy always gets the same answer, also after a crash.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf, Refusal } from './resources/refusal';

/** Start of an address whose organisation makes it unique in the world. */
export const organisationPrefix = 'org-';

/**
 * The owner for things at `address`: the setting where one is given, nothing where the address is
 * unique by its organisation, else a random word kept in the project folder.
 */
export async function programOwner(given: {
  readonly setting: string | undefined;
  /** What the setting is called in this tool. */
  readonly settingName: string;
  readonly address: string;
  readonly projectFolder: string;
}): Promise<string> {
  if (given.setting !== undefined) return given.setting;
  if (given.address.startsWith(organisationPrefix)) return '';
  const folder = join(given.projectFolder, '.cinderkit');
  const file = join(folder, 'owner');
  try {
    await mkdir(folder, { recursive: true });
    // Exclusive: of two runs at once, one writes and both read what it wrote.
    await writeFile(file, randomBytes(12).toString('hex'), { flag: 'wx' }).catch(ifThere);
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new Refusal(
      `Cannot keep ${file}, which tells this copy of the program from others: ` +
        `${reasonOf(error)}. ` +
        'Make the folder writable, or set ' +
        `${given.settingName} to a name of your own.`,
    );
  }
}

function ifThere(error: unknown): void {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  if (!isCoded || error.code !== 'EEXIST') throw error;
}
