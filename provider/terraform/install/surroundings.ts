// What an install sees of the machine and the user, in one value, so that nothing below reads the
// process itself. Invariant: paths are absolute; variables that are set but empty count as unset.
import { homedir } from 'node:os';

/** The machine and the user as an install sees them. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Folder against which relative paths of the user are meant. */
  readonly folder: string;
  /** As process.platform and process.arch name them. */
  readonly platform: string;
  readonly arch: string;
}

/** Those of this process. */
export function ownSurroundings(): Surroundings {
  const { env, platform, arch } = process;
  return { env, platform, arch, home: env['HOME'] || homedir(), folder: process.cwd() };
}
