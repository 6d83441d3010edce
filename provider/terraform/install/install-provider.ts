// Puts the provider where Terraform and OpenTofu find it, and takes it away again. Invariants: what
// was there before stays whole until the new file is; repeating changes nothing; only files and
// folders of this provider are touched.
import { existsSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { installRecordPath } from '../../../schema/wire/engine-folder';
import { installFaults } from './install-faults';
import { companionNames, isInNpxCache, providerFileName, providerFolder } from './installable';
import type { Installable } from './installable';
import { obstacles } from './obstacles';
import type { Mirror, Obstacle } from './obstacles';
import { impliedMirror, platformsOf, programs, versionsFolder } from './plugin-folders';
import type { Program } from './plugin-folders';
import type { Surroundings } from './surroundings';
import { readBytes, writeWhole } from './write-whole';
import type { WantedFile, Written } from './write-whole';

/** What to install, and where. */
export interface InstallRequest {
  readonly installable: Installable;
  readonly surroundings: Surroundings;
  /** Folder of plugins in place of the one that both programs look into by themselves. */
  readonly pluginFolder?: string;
}

/** One installed file. */
export interface InstalledFile {
  readonly program: Program;
  readonly platform: string;
  readonly file: string;
  readonly written: Written;
}

/** What an install did. */
export interface Installed {
  /** The folder of plugins. */
  readonly folder: string;
  readonly files: readonly InstalledFile[];
  /** The file by which the provider finds the package, and in it the engine. */
  readonly record: string;
  /** Settings of the user for which the provider would not be found. */
  readonly obstacles: readonly Obstacle[];
  readonly isInNpxCache: boolean;
}

/**
 * Installs the package's provider for both programs, and records where the package lies. Throws
 * providerMissing, folderUnusable, windowsRefused. Repeatable.
 */
export function installProvider(request: InstallRequest): Installed {
  const { installable, surroundings } = request;
  const wanted = bundledFiles(request);
  const mirror = mirrorOf(request);
  const files = programs.flatMap((program) =>
    platformsOf(surroundings).map((platform): InstalledFile => {
      const folder = join(versionsFolder(mirror.folder, program), installable.version, platform);
      // The provider comes last, so that it never lies there without what belongs beside it.
      const did = wanted.map(({ name, ...file }) => write(join(folder, name), file));
      const file = join(folder, providerFileName(installable));
      return { program, platform, file, written: together(did) };
    }),
  );
  const record = recordOf(surroundings);
  const recorded = `${JSON.stringify({ package: installable.package })}\n`;
  write(record, { bytes: Buffer.from(recorded), mode: 0o644 });
  return {
    folder: mirror.folder,
    files,
    record,
    obstacles: obstacles(mirror, surroundings),
    isInNpxCache: isInNpxCache(installable),
  };
}

/**
 * Takes every version of the provider away from both programs, and the record of the package.
 * Gives what was there. Throws folderUnusable, windowsRefused. Repeatable.
 */
export function uninstallProvider(request: Omit<InstallRequest, 'installable'>): readonly string[] {
  refuseWindows(request.surroundings);
  const { folder: top } = mirrorOf(request);
  const folders = programs.map((program) => versionsFolder(top, program));
  const removed = folders.flatMap((folder) => {
    const versions = namesIn(folder).map((version) => join(folder, version));
    remove(folder);
    removeEmpty(dirname(folder), top);
    return versions;
  });
  const record = recordOf(request.surroundings);
  const hadRecord = existsSync(record);
  remove(record);
  removeEmpty(dirname(record), dirname(dirname(record)));
  return hadRecord ? [...removed, record] : removed;
}

interface NamedFile extends WantedFile {
  readonly name: string;
}

/** What is to be installed, the provider last. Throws providerMissing, windowsRefused. */
export function bundledFiles({ installable, surroundings }: InstallRequest): readonly NamedFile[] {
  refuseWindows(surroundings);
  const from = providerFolder(installable);
  const beside = companionNames(installable).flatMap((name): NamedFile[] => {
    const bytes = readBytes(join(from, name));
    return bytes ? [{ name, bytes, mode: 0o644 }] : [];
  });
  const name = providerFileName(installable);
  const bytes = readBytes(join(from, name));
  if (!bytes || bytes.length === 0) {
    throw installFaults.providerMissing({ file: join(from, name) });
  }
  return [...beside, { name, bytes, mode: 0o755 }];
}

/** What became of a folder whose files were written one by one. */
function together(did: readonly Written[]): Written {
  if (did.every((one) => one === did[0])) return did[0] ?? 'kept';
  return 'replaced';
}

function refuseWindows({ platform }: Surroundings): void {
  if (platform === 'win32') throw installFaults.windowsRefused({});
}

function mirrorOf({ surroundings, pluginFolder }: Omit<InstallRequest, 'installable'>): Mirror {
  const implied = impliedMirror(surroundings);
  const folder = resolve(surroundings.folder, pluginFolder ?? implied);
  return { folder, isImplied: folder === implied };
}

function recordOf({ env, home }: Surroundings): string {
  return installRecordPath({ env, home });
}

function write(path: string, file: WantedFile): Written {
  try {
    return writeWhole(path, file);
  } catch (error) {
    throw unusable(path, error);
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  return installFaults.folderUnusable({ path, reason }, error);
}

/** Removes folders that have become empty, upwards, `top` itself not. */
function removeEmpty(folder: string, top: string): void {
  if (folder === top || !folder.startsWith(top)) return;
  try {
    rmdirSync(folder);
  } catch {
    // Not there, or other providers are in it.
    return;
  }
  removeEmpty(dirname(folder), top);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
