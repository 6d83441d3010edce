// npm run up: brings the quickstart's stack up with the real Pulumi CLI on the bundled engine. The
// engine starts by itself; a second run changes nothing and says so.
import { build } from './build.mjs';
import { plainly, root, run } from './run.mjs';
import { openStack, programFolder, pulumi, stackEnvironment } from './stack.mjs';
import { prepareTools } from './tools.mjs';

await plainly(bringUp);

async function bringUp() {
  const tools = await prepareTools();
  await build();
  const env = stackEnvironment(tools);
  await openStack(env);
  const { code, output } = await pulumi(
    ['up', '--yes', '--skip-preview', ...process.argv.slice(2)],
    env,
  );
  if (code !== 0) {
    console.error('\nThe stack did not come up; what was made is kept, and `npm run up` goes on.');
    return code;
  }
  const changed = /Resources:\s+(?:[+~-]|\S*[+~-])/.test(output);
  console.log(changed ? '\nThe stack is up.' : '\nNothing to change: the stack is as declared.');
  await run(process.execPath, [
    'dist/bundled-engine/bin.js',
    'engine',
    'status',
    ...engineFolder(),
  ]);
  console.log('`npm run down` removes all of it.');
  return 0;
}

function engineFolder() {
  return ['--data-dir', `${programFolder}/.cinderkit/engine`].map((part) =>
    part.startsWith(root) ? part.slice(root.length + 1) : part,
  );
}
