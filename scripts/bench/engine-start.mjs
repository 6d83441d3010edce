// From starting the engine's process to the first volume that the API says is available, token
// included. The limit is a Node that does nothing at all.
import { makeFolder } from './place.mjs';
import { logIn, makeThing, removeThing, startEngine } from './engine.mjs';
import { runProgram } from './place.mjs';
import { timed } from './figures.mjs';

const goalMs = 500;

/** @returns {Promise<import('./figures.mjs').Line[]>} */
export async function engineStart(run) {
  const rounds = run.quick ? 3 : 9;
  const values = { unseen: [], fresh: [], used: [], bare: [] };
  const used = makeFolder(run.place, 'used');
  await firstVolume(run, used.path);
  for (let round = 1; round <= rounds; round += 1) {
    run.progress(`engine start ${round}/${rounds}`);
    values.bare.push(await timed(() => runProgram(process.execPath, ['-e', '0'])));
    const cache = makeFolder(run.place, 'cache');
    const unseen = makeFolder(run.place, 'unseen');
    const fresh = makeFolder(run.place, 'fresh');
    const env = { NODE_COMPILE_CACHE: cache.path };
    values.unseen.push(await firstVolume(run, unseen.path, env));
    values.fresh.push(await firstVolume(run, fresh.path, env));
    values.used.push(await firstVolume(run, used.path));
    for (const folder of [cache, unseen, fresh]) await folder.remove();
  }
  await used.remove();
  const line = (what, took) => {
    const goal = goalOf(took);
    return {
      what,
      unit: 'ms',
      values: took,
      peer: { what: 'node -e 0', values: values.bare },
      goal,
    };
  };
  return [
    line('engine start to first available volume, new folder', values.fresh),
    line('the same, nothing compiled before (first start of an installation)', values.unseen),
    line('the same, folder in use', values.used),
  ];
}

function goalOf(took) {
  const sorted = [...took].sort((a, b) => a - b);
  return { text: `under ${goalMs} ms`, met: sorted[sorted.length >> 1] < goalMs };
}

async function firstVolume(run, folder, env = {}) {
  const began = performance.now();
  const engine = await startEngine(run.bin, folder, { env });
  const session = await logIn(engine);
  const { id } = await makeThing(session, 'volume', { size: 1 });
  const tookMs = performance.now() - began;
  await removeThing(session, 'volume', id);
  await session.close();
  await engine.stop();
  return tookMs;
}
