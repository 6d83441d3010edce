// A thin face to the tools of qemu-utils. Invariants: every format is stated, so that no tool ever
// guesses one from bytes a guest wrote; paths are absolute; what is asked about is only ever a file
// of ours or an image that inspect-image.ts has passed. (Rules after CVE-2024-32498, CVE-2024-4467
// and CVE-2026-24708.)
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { assertAbsolute } from './files';
import { CommandError, runCommand, type CommandOptions, type CommandOutput } from './run-command';

/** Formats that we hand to the tool. */
export type ToolFormat = 'raw' | 'qcow2' | 'vmdk';

/** A file and its stated format. */
export interface FormattedFile {
  readonly path: string;
  readonly format: ToolFormat;
}

/** One run of a chain's map: `depth` 0 is the file itself, 1 its backing file, and so on. */
export interface MapEntry {
  readonly start: number;
  readonly length: number;
  readonly depth: number;
  readonly present: boolean;
  readonly zero: boolean;
  readonly data: boolean;
  /** Where the bytes lie in the file at `depth`; absent when they are not there as they are. */
  readonly offset?: number | undefined;
  readonly compressed?: boolean | undefined;
}

/** How far a conversion is, from 0 to 1. */
export type ShareDone = (share: number) => void;

/** Options of the calls that move bytes. */
export interface ConvertOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ShareDone | undefined;
}

/** What to tell a user whose machine has no qemu-utils. */
export const qemuImgMissing =
  'qemu-img is missing: install qemu-utils ' +
  '(Debian: apt-get install qemu-utils; macOS: brew install qemu)';

const entryShape = z.object({
  start: z.number().int().nonnegative(),
  length: z.number().int().nonnegative(),
  depth: z.number().int().nonnegative(),
  present: z.boolean().default(true),
  zero: z.boolean(),
  data: z.boolean(),
  offset: z.number().int().nonnegative().optional(),
  compressed: z.boolean().optional(),
});
const mapShape = z.array(entryShape);

// Written by today's qemu, readable by any since 1.1: no feature that a later one may turn on.
const qcow2Options = 'compat=1.1,cluster_size=65536,lazy_refcounts=off';
const mapLimitBytes = 256 * 1024 * 1024;
const hourMs = 3_600_000;

/** The error for a machine without the tools; its code keeps it apart from a missing volume. */
export function toolMissing(cause: unknown): CommandError {
  return new CommandError(qemuImgMissing, { code: 'ENOTOOL', exitCode: null, stderr: '', cause });
}

async function qemuImg(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutput> {
  try {
    return await runCommand('qemu-img', args, options);
  } catch (error) {
    const notThere = error instanceof CommandError && error.exitCode === null;
    if (!notThere || error.code !== 'ENOENT') throw error;
    throw toolMissing(error);
  }
}

/** The tool's version ("7.2.22"), or null when it is not there. */
export async function qemuImgVersion(): Promise<string | null> {
  try {
    const { stdout } = await runCommand('qemu-img', ['--version']);
    return /version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
  } catch {
    return null;
  }
}

/** Makes an empty qcow2 file of a size in bytes, replacing what is there. Not synced. */
export async function createQcow2(path: string, sizeBytes: number): Promise<void> {
  const target = assertAbsolute(path);
  await qemuImg(['create', '-q', '-f', 'qcow2', '-o', qcow2Options, target, String(sizeBytes)]);
}

/**
 * Makes a qcow2 file that shows another qcow2 file of the same folder until written to. The header
 * names the lower file without its folder, so that the folder may move. Not synced.
 */
export async function createOverlay(path: string, lower: string, sizeBytes: number): Promise<void> {
  if (dirname(assertAbsolute(lower)) !== dirname(assertAbsolute(path))) {
    throw new Error(`cannot lay ${path} over ${lower}: both must lie in one folder`);
  }
  await qemuImg([
    ...['create', '-q', '-f', 'qcow2', '-o', qcow2Options],
    ...['-b', basename(lower), '-F', 'qcow2', path, String(sizeBytes)],
  ]);
}

/** Grows a qcow2 file to a size in bytes; refused by the tool when that would shrink it. */
export async function growQcow2(path: string, sizeBytes: number): Promise<void> {
  await qemuImg(['resize', '-q', '-f', 'qcow2', assertAbsolute(path), String(sizeBytes)]);
}

/** Writes a standalone copy in another file: sparse, no backing file, not synced. */
export async function convert(
  from: FormattedFile,
  to: FormattedFile,
  options: ConvertOptions = {},
): Promise<void> {
  const settings = to.format === 'qcow2' ? ['-o', qcow2Options] : [];
  await qemuImg(
    [
      ...['convert', '-p', '-f', from.format, '-O', to.format, ...settings],
      ...[assertAbsolute(from.path), assertAbsolute(to.path)],
    ],
    {
      signal: options.signal,
      timeoutMs: 24 * hourMs,
      maxOutputBytes: mapLimitBytes,
      onOutput: (text) => {
        const percent = /\(([\d.]+)\/100%\)/.exec(text)?.[1];
        if (percent !== undefined) options.onProgress?.(Number(percent) / 100);
      },
    },
  );
}

/**
 * Writes a qcow2 file's own clusters into the file it lies over, which grows to its size if
 * smaller.
 */
export async function commitIntoLower(path: string): Promise<void> {
  await qemuImg(['commit', '-q', '-d', '-f', 'qcow2', assertAbsolute(path)], {
    timeoutMs: 24 * hourMs,
  });
}

/** Says which file of the chain holds what. Only for files of ours. */
export async function mapChain(path: string): Promise<MapEntry[]> {
  const { stdout } = await qemuImg(['map', '--output=json', '-f', 'qcow2', assertAbsolute(path)], {
    maxOutputBytes: mapLimitBytes,
  });
  return mapShape.parse(JSON.parse(stdout));
}

/**
 * Checks a qcow2 file's own bookkeeping; throws CommandError when it is damaged or leaks clusters.
 */
export async function checkQcow2(path: string): Promise<void> {
  await qemuImg(['check', '-q', '-f', 'qcow2', assertAbsolute(path)]);
}
