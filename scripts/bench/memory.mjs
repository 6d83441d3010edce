// Memory of an engine that has just started and idles, and of one that has been asked a lot.
import { setTimeout as wait } from 'node:timers/promises';
import { logIn, makeThing, memoryOf, removeThing, startEngine } from './engine.mjs';
import { median } from './figures.mjs';
import { requestRate } from './load.mjs';
import { makeFolder } from './place.mjs';

const goalMib = 120;
const idleMs = 3000;

/** @returns {Promise<import('./figures.mjs').Line[]>} */
export async function memory(run) {
  if (process.platform !== 'linux') return [{ what: 'memory', notRun: 'it is read from /proc' }];
  const rounds = run.quick ? 1 : 3;
  const idle = [];
  const shares = [];
  const loaded = [];
  const after = [];
  for (let round = 1; round <= rounds; round += 1) {
    run.progress(`memory ${round}/${rounds}`);
    const folder = makeFolder(run.place, 'memory');
    const engine = await startEngine(run.bin, folder.path);
    const session = await logIn(engine);
    // Idle means: it has worked a little, and nobody asks any more.
    const { id } = await makeThing(session, 'volume', { size: 1 }, { pauseMs: 50 });
    await wait(idleMs);
    const { residentMib, shareMib } = memoryOf(engine.pid);
    idle.push(residentMib);
    if (shareMib !== null) shares.push(shareMib);
    const url = `${session.volumesUrl}/volumes/${id}`;
    await requestRate(url, { token: session.token, seconds: run.quick ? 2 : 5 });
    loaded.push(memoryOf(engine.pid).residentMib);
    await wait(idleMs);
    after.push(memoryOf(engine.pid).residentMib);
    await removeThing(session, 'volume', id);
    await session.close();
    await engine.stop();
    await folder.remove();
  }
  const goal = { text: `under ${goalMib} MiB`, met: median(idle) < goalMib };
  const lines = [
    { what: 'memory idle (resident)', unit: 'MiB', values: idle, goal },
    { what: 'memory after 5 s of GET volume as fast as it can', unit: 'MiB', values: loaded },
    { what: 'memory 3 s after that', unit: 'MiB', values: after },
  ];
  const share = 'memory idle (its share of what it shares with others, PSS)';
  if (shares.length > 0) lines.splice(1, 0, { what: share, unit: 'MiB', values: shares });
  const most = run.notes.get('engine loaded');
  const loadedWhat = 'memory loaded: most seen while listing up to 10 000 volumes';
  if (most !== undefined) lines.push({ what: loadedWhat, unit: 'MiB', values: [most] });
  return lines;
}
