// The version that runs, as engine.json and the ready endpoint tell it. Invariant: it is that of
// the package, wherever the package lies.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const packageFile = z.object({ name: z.literal('cinderkit'), version: z.string() });

/** Version of cinderkit. */
export const engineVersion = findVersion(__dirname);

/**
 * Sources and built files lie at different depths below the package, so it is looked for upwards.
 */
function findVersion(folder: string): string {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    const parsed = packageFile.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data.version;
  } catch {
    // Not here: a level up.
  }
  const parent = dirname(folder);
  return parent === folder ? 'unknown' : findVersion(parent);
}
