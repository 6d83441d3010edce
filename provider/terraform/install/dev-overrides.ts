// The developer's form: CLI settings under which both programs run the provider straight from the
// package, with no install, no init and no checksum. Invariant: a file that was not made by this is
// never overwritten.
import { resolve } from 'node:path';
import { installFaults } from './install-faults';
import { bundledFiles } from './install-provider';
import type { InstallRequest } from './install-provider';
import { devOverrides, overridesHeading } from './texts';
import { readBytes, writeWhole } from './write-whole';

/** The settings, and the file that has them now. */
export interface Overrides {
  readonly text: string;
  readonly file: string | null;
}

/**
 * The settings as text, written into `file` where one is given. Throws providerMissing,
 * windowsRefused, fileTaken, fileUnusable. Repeatable.
 */
export function overrideProvider(request: InstallRequest, file: string | null): Overrides {
  // A file that names a provider which is not there would only fail later.
  bundledFiles(request);
  const text = devOverrides(request.installable);
  if (file === null) return { text, file };
  const path = resolve(request.surroundings.folder, file);
  const before = readBytes(path)?.toString('utf8') ?? '';
  if (before.trim() !== '' && !before.startsWith(overridesHeading)) {
    throw installFaults.fileTaken({ path });
  }
  try {
    writeWhole(path, { bytes: Buffer.from(text), mode: 0o644 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw installFaults.fileUnusable({ path, reason }, error);
  }
  return { text, file: path };
}
