// Compiles the package into dist/, only when a source is newer than the last build. Used by every
// script that runs what users run; `npm run build` builds by hand.
import { existsSync, globSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundleTerraform } from './build/terraform-bundle.mjs';
import { plainly, root, run } from './run.mjs';

const stamp = join(root, 'dist/.built');

/**
 * Builds dist/ where it is missing or older than its sources. Repeatable; throws one plain line
 * where the compiler refused, which has then said why.
 */
export async function build({ quiet = false } = {}) {
  if (isFresh()) return;
  if (!quiet) console.log('compiling cinderkit ...');
  removeLeftovers();
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const code = await run(process.execPath, [tsc, '-p', 'tsconfig.build.json']);
  if (code !== 0) throw new Error('the package could not be compiled: the lines above tell why');
  await bundleTerraform({ quiet });
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, new Date().toISOString());
}

// What a source that is gone had become would be published with the rest.
function removeLeftovers() {
  const outputs = globSync('dist/**/*.{js,d.ts}', { cwd: root });
  const gone = outputs.filter((file) => !existsSync(join(root, sourceOf(file))));
  for (const file of gone) rmSync(join(root, file));
  // The compiler would not write again what it believes to be there.
  if (gone.length > 0) rmSync(join(root, 'dist/.tsbuildinfo'), { force: true });
}

function sourceOf(output) {
  return output.replace(/^dist./, '').replace(/(\.d)?\.(js|ts)$/, '.ts');
}

function isFresh() {
  const builtAt = modifiedAt(stamp);
  const sources = globSync('{schema,bundled-engine,provider,components}/**/*.ts', { cwd: root });
  const bundling = globSync('scripts/build/*', { cwd: root });
  const settings = ['package.json', 'tsconfig.json', 'tsconfig.build.json'];
  const inputs = [...sources, ...bundling, ...settings];
  return builtAt > 0 && inputs.every((file) => modifiedAt(join(root, file)) <= builtAt);
}

function modifiedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (import.meta.filename === process.argv[1]) await plainly(build);
