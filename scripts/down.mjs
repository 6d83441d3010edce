// npm run down: destroys the quickstart's stack, stops the engine and removes every file of both.
// It refuses to remove files while the stack still has things that could not be removed.
import { build } from './build.mjs';
import { plainly, run } from './run.mjs';
import { hasWork, openStack, pulumi, removeWork, stackEnvironment, workFolder } from './stack.mjs';
import { prepareTools } from './tools.mjs';

await plainly(bringDown);

async function bringDown() {
  if (!hasWork()) {
    console.log('Nothing is up: there is no stack, no engine and no file to remove.');
    return 0;
  }
  const env = stackEnvironment(await prepareTools());
  await build();
  await openStack(env);
  const { code } = await pulumi(['destroy', '--yes', '--skip-preview'], env);
  if (code !== 0) {
    console.error('\nNot all of the stack could be removed, so nothing was deleted from disk.');
    console.error('Mend what is named above and run `npm run down` again.');
    return code;
  }
  const engine = ['engine', 'stop', '--data-dir', `${workFolder}/engine`];
  const stopped = await run(process.execPath, ['dist/bundled-engine/bin.js', ...engine]);
  const notRunning = 3;
  if (stopped !== 0 && stopped !== notRunning) return stopped;
  removeWork();
  console.log('\nAll is down: no process, no volume and no file of it is left.');
  return 0;
}
