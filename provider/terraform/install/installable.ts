// The package as something to install: where it lies, its version, the provider in it. Invariant:
// found from wherever this file runs, built or as a source, by the package.json above it.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { z } from 'zod';

const packageFile = z.object({
  name: z.literal('cinderkit'),
  version: z.string(),
  engines: z.object({ node: z.string() }),
});

/** A package that holds a provider. */
export interface Installable {
  /** The package's folder. */
  readonly package: string;
  readonly version: string;
  /** The versions of Node that can run it, as npm writes them. */
  readonly node: string;
}

/** The package that this code belongs to. Throws where no package.json of cinderkit is above it. */
export function ownPackage(): Installable {
  return packageAbove(__dirname);
}

function packageAbove(folder: string): Installable {
  const found = readPackage(folder);
  if (found) return found;
  const above = dirname(folder);
  if (above === folder) throw new Error(`no package.json of cinderkit lies above ${__dirname}`);
  return packageAbove(above);
}

function readPackage(folder: string): Installable | null {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    const parsed = packageFile.safeParse(JSON.parse(text));
    if (!parsed.success) return null;
    const { version, engines } = parsed.data;
    return { package: folder, version, node: engines.node };
  } catch {
    // Not here: a level up.
    return null;
  }
}

/** The folder of the bundled provider, for dev_overrides. */
export function providerFolder({ package: folder }: Installable): string {
  return join(folder, 'dist', 'terraform');
}

/** Name of the bundled provider's file, which Terraform and OpenTofu know by its beginning. */
export function providerFileName({ version }: Installable): string {
  return `terraform-provider-cinderkit_v${version}`;
}

/**
 * Names of the files that belong beside it wherever it lies: what keeps Node from taking it for an
 * ES module under a package.json that is not ours, and the licences of what it holds. Other
 * versions of the provider are none of them.
 */
export function companionNames(installable: Installable): readonly string[] {
  try {
    const entries = readdirSync(providerFolder(installable), { withFileTypes: true });
    const files = entries.filter((one) => one.isFile()).map(({ name }) => name);
    return files.filter((name) => !name.startsWith('terraform-provider-'));
  } catch {
    // Not built: that the provider is missing is told by who reads it.
    return [];
  }
}

/** Whether a package lies in the cache of `npx`, from which it may vanish at any time. */
export function isInNpxCache({ package: folder }: Installable): boolean {
  return folder.split(sep).includes('_npx');
}
