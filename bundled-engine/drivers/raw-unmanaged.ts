// Letting go of raw files and taking them over: a rename between two folders of the pool.
// Invariant: at every moment the bytes have exactly one of the two names; they are taken as they
// are, byte for byte, and never interpreted.
import { chmod, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isThere, publish, syncFolder } from '../host/files';
import { inspectImage, type DetectedFormat } from '../host/inspect-image';
import type { Managed, Unmanaged, UnmanagedThings } from './driver';
import { classified, describe, DriverError } from './driver-error';
import { gibBytes, toBytes } from './sizes';
import { declaredFormat, kindOf } from './unmanaged-files';
import type { UnmanagedFile, UnmanagedFiles, UnmanagedKind } from './unmanaged-files';

/** The calls of a pool whose things lie at `pathOf`. */
export function rawUnmanaged(
  files: UnmanagedFiles,
  pathOf: (thing: Managed) => string,
): UnmanagedThings {
  const names = (thing: Managed, name: string): RawNames => ({
    kind: kindOf(thing),
    name,
    path: pathOf(thing),
  });
  return {
    list: () => classified('cannot list what is unmanaged', () => list(files)),
    adopt: (as, name) =>
      classified(`cannot take over ${name}`, () => adopt(files, names(as, name))),
    letGo: (thing, name) =>
      classified(`cannot let go of ${describe(thing)}`, () => letGo(files, names(thing, name))),
  };
}

/** The two names of one thing. */
interface RawNames {
  readonly kind: UnmanagedKind;
  /** Its name in the pool while nobody owns it. */
  readonly name: string;
  /** Absolute path of its file while it has an id. */
  readonly path: string;
}

async function list(files: UnmanagedFiles): Promise<Unmanaged[]> {
  const found: Unmanaged[] = [];
  for (const kind of ['volume', 'snapshot'] as const) {
    for (const file of await files.list(kind)) {
      const { name, fileBytes: sizeBytes } = file;
      found.push({ kind, name, sizeBytes, problem: await problemOf(file) });
    }
  }
  return found;
}

/** Renames a file in and rounds its size up to whole GiB. Repeatable. */
async function adopt(
  files: UnmanagedFiles,
  names: RawNames,
): Promise<{ readonly sizeGib: number }> {
  const { kind, name, path } = names;
  if (!(await isThere(path))) {
    const file = await files.find(kind, name);
    if (file === null) {
      throw new DriverError('missing', `no ${kind} named ${name} lies in the pool unmanaged`);
    }
    const problem = await problemOf(file);
    if (problem !== null) {
      throw new DriverError('refused', `cannot take over the ${kind} ${name}: ${problem}`);
    }
    await move(file.path, path);
  }
  const sizeGib = Math.ceil((await stat(path)).size / gibBytes);
  await chmod(path, 0o600);
  const handle = await open(path, 'r+');
  try {
    await handle.truncate(toBytes(sizeGib));
    if (kind === 'snapshot') await handle.chmod(0o400);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sizeGib };
}

/** Renames a file out. Repeatable. */
async function letGo(files: UnmanagedFiles, names: RawNames): Promise<void> {
  const { kind, name, path } = names;
  const isTaken = (await files.find(kind, name)) !== null;
  if (!(await isThere(path))) {
    if (isTaken) return;
    throw new DriverError('missing', `the ${kind} to be named ${name} is not there`);
  }
  if (isTaken) {
    throw new DriverError(
      'refused',
      `cannot let go of a ${kind} as ${name}: another one has that name; move it away first`,
    );
  }
  await chmod(path, 0o600);
  await move(path, files.path(kind, name));
}

async function move(from: string, to: string): Promise<void> {
  await publish(from, to);
  await syncFolder(dirname(from));
}

const plain: readonly DetectedFormat[] = ['raw', 'gpt', 'mbr', 'iso', 'luks'];
const letGoName = /^(volume|snapshot)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function problemOf(file: UnmanagedFile): Promise<string | null> {
  if (file.problem !== null) return file.problem;
  const declared = declaredFormat(file.name) ?? 'raw';
  if (declared === 'qcow2' || declared === 'vmdk') return convertFirst(declared);
  // What this driver let go of is raw whatever its guest wrote into it.
  if (letGoName.test(file.name)) return null;
  const { format } = await inspectImage(file.path);
  return plain.includes(format) ? null : convertFirst(format);
}

function convertFirst(format: string): string {
  return `it is a ${format} image and this pool keeps raw ones: convert it (qemu-img convert)`;
}
