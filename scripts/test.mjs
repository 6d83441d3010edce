// npm test: gets the tools that the stories need, builds what users run, and runs every test.
// Arguments go to jest (`npm test -- test/laws`). Ends with one line of totals; a test that cannot
// run here says "not run: why" and counts as skipped.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root, runTool } from './run.mjs';
import { prepareTools } from './tools.mjs';

const env = await prepareTools({ optional: ['xfs', 'openstack'] });
await build();

const folder = mkdtempSync(join(tmpdir(), 'cinderkit-test-report-'));
const report = join(folder, 'report.json');
const jestArgs = ['--json', `--outputFile=${report}`, ...process.argv.slice(2)];
const code = await runTool('jest', jestArgs, { cwd: root, env });
process.exitCode = code;

if (existsSync(report)) {
  const results = JSON.parse(readFileSync(report, 'utf8'));
  printNotRun(results);
  const broken = results.numRuntimeErrorTestSuites;
  console.log(
    `${results.numPassedTests} passed, ${results.numFailedTests + broken} failed, ` +
      `${results.numPendingTests + results.numTodoTests} skipped`,
  );
}
rmSync(folder, { recursive: true, force: true });

function printNotRun(results) {
  for (const suite of results.testResults) {
    for (const test of suite.assertionResults) {
      if (test.status === 'pending') console.log(`not run: ${test.fullName}`);
    }
  }
}
