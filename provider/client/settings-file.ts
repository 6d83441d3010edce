// Finds and reads the YAML or JSON files that hold clouds. Invariant: scalars stay as they are
// typed (a password of digits keeps its zeros), and no error quotes a line of a file, for it may
// hold secrets.
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isScalar, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import { clientFaults } from '../../schema/client-faults';
import { isFault } from '../../schema/kernel/fault';
import type { Surroundings } from './given-settings';

/** Plain data of a settings file: text, lists and maps. */
export type SettingsData = { readonly [key: string]: unknown };

/** A file that was found, with its content. */
export interface SettingsFile {
  readonly file: string;
  readonly content: SettingsData;
}

const suffixes = ['.yaml', '.yml', '.json'];

/** Folders in which files of clouds are looked for, first wins (openstacksdk config/loader.py). */
export function settingsFolders({ env, cwd, home }: Surroundings): string[] {
  const userHome = home || homedir();
  const siteFolders = (env['XDG_CONFIG_DIRS'] || '/etc/xdg').split(':').filter(Boolean);
  const folders = [
    cwd,
    join(env['XDG_CONFIG_HOME'] || join(userHome, '.config'), 'openstack'),
    join(env['SNAP_REAL_HOME'] || userHome, '.config', 'openstack'),
    ...(process.platform === 'darwin'
      ? [join(userHome, 'Library', 'Application Support', 'openstack')]
      : []),
    ...siteFolders.map((folder) => join(folder, 'openstack')),
    '/etc/openstack',
  ];
  return [...new Set(folders.map((folder) => resolve(cwd, folder)))];
}

/**
 * Reads the first file called `name` (without suffix), or `chosen` alone where it is given; null
 * where there is none. Throws settingsFileUnusable for one that cannot be read or parsed.
 */
export async function findSettingsFile(
  name: string,
  surroundings: Surroundings,
  chosen?: { file: string; by: string },
): Promise<SettingsFile | null> {
  if (chosen) {
    const file = resolve(surroundings.cwd, expandHome(chosen.file, surroundings.home));
    const found = await readSettingsFile(file);
    if (found) return found;
    throw clientFaults.settingsFileUnusable({
      file,
      found: 'there is no such file',
      todo: `It was named by ${chosen.by}: correct that or make the file.`,
    });
  }
  for (const folder of settingsFolders(surroundings)) {
    for (const suffix of suffixes) {
      const file = join(folder, name + suffix);
      const found = await readSettingsFile(file).catch((error: unknown) => {
        // A site's secure.yaml may be for others' eyes; the next place may have one for ours.
        if (name !== 'clouds' && isUnreadable(error)) return null;
        throw error;
      });
      if (found) return found;
    }
  }
  return null;
}

function isUnreadable(error: unknown): boolean {
  return isFault(error) && error.details['code'] === 'EACCES';
}

/** `~` and `~/...` mean the home folder. */
export function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home || homedir(), path.slice(1)) : path;
}

async function readSettingsFile(file: string): Promise<SettingsFile | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw clientFaults.settingsFileUnusable(
      {
        file,
        code: error.code,
        found: `it cannot be read (${error.code})`,
        todo: 'Make it a file that you may read.',
      },
      error,
    );
  });
  return text === null ? null : { file, content: parseSettings(file, text) };
}

function parseSettings(file: string, text: string): SettingsData {
  const document = parseDocument(text, { merge: true, prettyErrors: true, logLevel: 'silent' });
  const failure = document.errors[0];
  if (failure) {
    const at = failure.linePos?.[0];
    const where = at ? ` at line ${at.line}, column ${at.col}` : '';
    throw unusable(file, `it is not YAML or JSON (${failure.code}${where})`);
  }
  keepAsTyped(document);
  const parsed = z.record(z.string(), z.unknown()).nullable().safeParse(plainData(file, document));
  if (!parsed.success) throw unusable(file, 'its content is not a map of keys to values');
  return parsed.data ?? {};
}

/**
 * Numbers and booleans become the text that stands in the file: what they mean is decided by key.
 */
function keepAsTyped(document: Document): void {
  visit(document, {
    Scalar(_key, node) {
      if (node.value === null || node.value === undefined) return;
      if (typeof node.value !== 'string') node.value = node.source ?? String(node.value);
    },
    Pair(_key, pair) {
      if (isScalar(pair.key) && pair.key.value === null) pair.key.value = '';
    },
  });
}

function plainData(file: string, document: Document): unknown {
  try {
    return document.toJS();
  } catch {
    // The library's text may quote the file (an unquoted password that starts with * is an alias).
    throw unusable(file, 'it refers to an alias that it does not define, or to too many');
  }
}

function unusable(file: string, found: string): Error {
  const todo = 'Correct it; values with special characters need quotes.';
  return clientFaults.settingsFileUnusable({ file, found, todo });
}
