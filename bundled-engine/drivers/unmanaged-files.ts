// The folder of a pool where things lie that belong to no record: what was let go of, and what
// people put there to be taken over. Invariants: only names of the safe alphabet are ever opened;
// a symbolic link, a device or a file that has another name is shown and never taken over.
import { lstat, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { errnoOf } from '../host/error-facts';
import { makePrivateFolder } from '../host/files';
import type { ImageFormat, Managed } from './driver';
import { DriverError } from './driver-error';

/** Which of the two folders: volumes and snapshots have names of their own. */
export type UnmanagedKind = 'volume' | 'snapshot';

/** A file as it lies there, before anybody looked into it. */
export interface UnmanagedFile {
  readonly name: string;
  readonly path: string;
  readonly fileBytes: number;
  /** Why it cannot be taken over whatever it holds; null when nothing is known against it. */
  readonly problem: string | null;
}

const folderNames = { volume: 'volumes', snapshot: 'snapshots' } as const;
const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/;
const formats: Readonly<Record<string, ImageFormat>> = {
  '.raw': 'raw',
  '.img': 'raw',
  '.qcow2': 'qcow2',
  '.vmdk': 'vmdk',
  '.iso': 'iso',
};

/** The kind of a thing that has an id. */
export function kindOf(thing: Managed): UnmanagedKind {
  return 'volume' in thing ? 'volume' : 'snapshot';
}

/** Throws `refused` for a name that could leave the folder or confuse a tool. */
export function assertUnmanagedName(name: string): void {
  if (safeName.test(name) && !name.endsWith('.half')) return;
  throw new DriverError(
    'refused',
    `cannot use ${JSON.stringify(name)} as a name in the pool: letters, digits, dots, dashes and ` +
      'underscores are needed, 201 at the most',
  );
}

/** The format that a file's name declares; null when it declares none. */
export function declaredFormat(name: string): ImageFormat | null {
  return formats[extname(name).toLowerCase()] ?? null;
}

/** The folder `unmanaged` of one pool. */
export class UnmanagedFiles {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folders that are missing, private to their owner. */
  static async open(poolFolder: string): Promise<UnmanagedFiles> {
    const files = new UnmanagedFiles(join(poolFolder, 'unmanaged'));
    await makePrivateFolder(files.#folder);
    for (const folder of files.folders()) await makePrivateFolder(folder);
    return files;
  }

  /** Absolute paths of the folders of both kinds. */
  folders(): string[] {
    return Object.values(folderNames).map((name) => join(this.#folder, name));
  }

  /** Absolute path of what has or would have this name. Refuses unsafe names. */
  path(kind: UnmanagedKind, name: string): string {
    assertUnmanagedName(name);
    return join(this.#folder, folderNames[kind], name);
  }

  /** Every file of one kind, by name; half-made ones are left out. */
  async list(kind: UnmanagedKind): Promise<UnmanagedFile[]> {
    const names = await readdir(join(this.#folder, folderNames[kind]));
    const files: UnmanagedFile[] = [];
    for (const name of names.sort()) {
      if (name.startsWith('.') || name.endsWith('.half')) continue;
      const file = await this.#look(kind, name);
      if (file !== null) files.push(file);
    }
    return files;
  }

  /** The file of this name; null when there is none. */
  async find(kind: UnmanagedKind, name: string): Promise<UnmanagedFile | null> {
    assertUnmanagedName(name);
    return this.#look(kind, name);
  }

  async #look(kind: UnmanagedKind, name: string): Promise<UnmanagedFile | null> {
    const path = join(this.#folder, folderNames[kind], name);
    try {
      const found = await lstat(path);
      return { name, path, fileBytes: found.size, problem: problemOf(name, found) };
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null;
      throw error;
    }
  }
}

function problemOf(
  name: string,
  found: { isFile(): boolean; readonly size: number; readonly nlink: number },
): string | null {
  if (!safeName.test(name)) {
    return 'its name has other characters than letters, digits, dots, dashes and underscores';
  }
  if (!found.isFile()) return 'it is not a regular file';
  if (found.size === 0) return 'it is empty';
  return found.nlink > 1 ? 'it has another name elsewhere (a hard link)' : null;
}
