// Where the engine's command line lies, seen from wherever the provider runs: from the package,
// from its sources, or from a single file in a plugin folder. Invariant: nearest first, so that a
// project with a version of its own gets that version.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { installRecordPath } from '../../schema/wire/engine-folder';

const engineBin = 'dist/bundled-engine/bin.js';

const recordShape = z.object({ package: z.string().min(1) });

/** Where it is looked for. */
export interface EngineCliSearch {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder from which a project's node_modules are looked for, upwards. */
  readonly projectFolder: string;
  /** Folder of the code that looks; where this file lies when left out. */
  readonly from?: string;
}

/**
 * Path of the engine's command line: the one that CINDERKIT_ENGINE_CLI names, that of this package,
 * that of the project's node_modules, that of the package which `cinderkit terraform install`
 * recorded; null where there is none.
 */
export function engineCli({
  env,
  projectFolder,
  from = __dirname,
}: EngineCliSearch): string | null {
  const named = env['CINDERKIT_ENGINE_CLI'];
  if (named) return named;
  const places = [
    ...ownPlaces(from),
    ...upwards(projectFolder).map((folder) => join(folder, 'node_modules/cinderkit', engineBin)),
    ...recordedPlaces(env),
  ];
  return places.find((file) => existsSync(file)) ?? null;
}

/** Seen from dist/provider/client, from the sources, and from dist/terraform. */
function ownPlaces(from: string): string[] {
  const places = ['../../bundled-engine/bin.js', `../../${engineBin}`, '../bundled-engine/bin.js'];
  return places.map((place) => join(from, place));
}

function upwards(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upwards(above)];
}

function recordedPlaces(env: EngineCliSearch['env']): string[] {
  const file = installRecordPath({ env, home: env['HOME'] ?? homedir() });
  try {
    const record = recordShape.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return record.success ? [join(record.data.package, engineBin)] : [];
  } catch {
    // Nothing was installed, or the record is half-written: the next install writes it anew.
    return [];
  }
}
