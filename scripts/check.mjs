// npm run check: everything that reads the code without running it. All checks run, so that one
// call shows all that is wrong; the exit code is 1 if any failed.
import { runTool, run, root } from './run.mjs';

const folders = [
  'schema',
  'bundled-engine',
  'provider',
  'components',
  'examples',
  'test',
  'scripts',
];

const checks = [
  ['types', () => runTool('tsc', ['-p', 'tsconfig.json'])],
  ['lint', () => runTool('oxlint', ['--deny-warnings', ...folders])],
  ['format', () => runTool('prettier', ['--check', '--log-level', 'warn', '.'])],
  [
    'imports',
    () => runTool('depcruise', ['--config', '.dependency-cruiser.cjs', ...folders.slice(0, 5)]),
  ],
  ['dead exports', () => runTool('knip', ['--no-progress'])],
  [
    'generated files',
    () => run(process.execPath, ['scripts/generate.mjs', '--check'], { cwd: root }),
  ],
];

const failed = [];
for (const [name, check] of checks) {
  console.log(`--- ${name}`);
  if ((await check()) !== 0) failed.push(name);
}
console.log(failed.length === 0 ? 'check: all passed' : `check: failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
