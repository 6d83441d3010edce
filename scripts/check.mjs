// npm run check: everything that reads the code without running it. All checks run, so that one
// call shows all that is wrong; the exit code is 1 if any failed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root, run, runTool } from './run.mjs';

const shipped = ['schema', 'bundled-engine', 'provider', 'components', 'examples'].filter(
  (folder) => existsSync(join(root, folder)),
);
const all = [...shipped, 'test', 'scripts'];

const checks = [
  // First, for the examples are checked against the types of the built package.
  [
    'build',
    () =>
      build().then(
        () => 0,
        () => 1,
      ),
  ],
  ['types', () => runTool('tsc', ['-p', 'tsconfig.json'])],
  ['lint', () => runTool('oxlint', ['--deny-warnings', ...all])],
  ['format', () => runTool('prettier', ['--check', '--log-level', 'warn', '.'])],
  ['imports', () => runTool('depcruise', ['--config', '.dependency-cruiser.cjs', ...shipped])],
  ['dead exports', () => runTool('knip', ['--no-progress'])],
  ['generated files', () => run(process.execPath, ['scripts/generate.mjs', '--check'])],
];

const failed = [];
for (const [name, check] of checks) {
  console.log(`--- ${name}`);
  if ((await check()) !== 0) failed.push(name);
}
console.log(failed.length === 0 ? 'check: all passed' : `check: failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
