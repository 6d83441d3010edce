// npm test: gets the tools that the stories need, builds what users run, and runs every test.
// Arguments go to jest (`npm test -- test/laws`). Ends with one line of totals; a test that cannot
// run here says "not run: why" and counts as skipped.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { plainly, runTool } from './run.mjs';
import { prepareTools } from './tools.mjs';

await plainly(async () => {
  const env = await prepareTools({ optional: ['xfs', 'openstack'], terraform: true });
  await build();
  const folder = mkdtempSync(join(tmpdir(), 'cinderkit-test-report-'));
  const report = join(folder, 'report.json');
  try {
    const args = ['--json', `--outputFile=${report}`, ...process.argv.slice(2)];
    const code = await runTool('jest', args, { env });
    if (existsSync(report)) printTotals(JSON.parse(readFileSync(report, 'utf8')));
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function printTotals(results) {
  const tests = results.testResults.flatMap(({ assertionResults }) => assertionResults);
  for (const { status, fullName } of tests) {
    if (status === 'pending') console.log(`not run: ${fullName}`);
  }
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  console.log(`${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
}
