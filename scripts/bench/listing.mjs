// How fast volumes are listed in full, with few and with many in the records. The limit is a bare
// fastify that answers as many constant bytes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atEnd } from './ending.mjs';
import { liftQuotas, logIn, makeThing, memoryOf, startEngine } from './engine.mjs';
import { median } from './figures.mjs';
import { requestRate } from './load.mjs';
import { makeFolder } from './place.mjs';
import { multiplyVolumes } from './many-volumes.mjs';

const goalPerSecond = 1000;
const pageOf100 = '/volumes/detail?limit=100';

/** @returns {Promise<import('./figures.mjs').Line[]>} */
export async function listing(run) {
  const folder = makeFolder(run.place, 'listing');
  run.progress('listing: making 100 volumes');
  const session = await engineWith100(run, folder.path);
  const few = await measure(run, session, { 100: '/volumes/detail' });
  await leave(session);
  const [lines, at1000] = [[few['100']], await grown(run, folder.path, 1000)];
  const at10000 = await grown(run, folder.path, 10_000);
  lines.push(at10000['first page'], at10000['page behind 9 000']);
  lines.push(at10000['page of 1 000']);
  lines.push(growth(at1000, at10000));
  await folder.remove();
  const [first] = lines;
  const goal = { text: `over ${goalPerSecond} req/s` };
  lines[0] = { ...first, goal: { ...goal, met: median(first.values) > goalPerSecond } };
  return lines;
}

async function engineWith100(run, folder) {
  const session = await logIn(await startEngine(run.bin, folder));
  await liftQuotas(session);
  let left = 100;
  const maker = async () => {
    while (left > 0) {
      left -= 1;
      await makeThing(session, 'volume', { size: 1, name: `volume-${left}` });
    }
  };
  await Promise.all(Array.from({ length: 4 }, maker));
  return session;
}

/** The engine is stopped, its records get rows up to `count`, and it is measured again. */
async function grown(run, folder, count) {
  run.progress(`listing: ${count} volumes in the records`);
  multiplyVolumes(folder, count);
  const session = await logIn(await startEngine(run.bin, folder));
  const paths = { 'first page': pageOf100 };
  if (count === 10_000) {
    // A marker far behind: pages are walked to it once.
    const { body } = await session.ask('GET', '/volumes?limit=1&offset=9000');
    paths['page behind 9 000'] = `${pageOf100}&marker=${body.volumes[0].id}`;
    paths['page of 1 000'] = '/volumes/detail';
  }
  const lines = await measure(run, session, paths, `${count} volumes`);
  await leave(session);
  return lines;
}

async function leave(session) {
  await session.close();
  await session.engine.stop();
}

async function measure(run, session, paths, among = '') {
  const lines = {};
  for (const [name, path] of Object.entries(paths)) {
    const { text, body } = await session.ask('GET', path);
    const what = among
      ? `GET volumes/detail, ${among}, ${name} (${body.volumes.length})`
      : `GET volumes/detail, ${name} volumes`;
    lines[name] = await rates(run, { what, url: session.volumesUrl + path, session, text });
  }
  return lines;
}

/** Rounds alternate between engine and limit, so that both have the same machine. */
async function rates(run, { what, url, session, text }) {
  const rounds = run.quick ? 2 : 3;
  const seconds = run.quick ? 2 : 3;
  const bare = await startBare(Buffer.byteLength(text));
  const load = { token: session.token, seconds };
  await requestRate(url, { ...load, seconds: 1 });
  await requestRate(bare.url, { ...load, seconds: 1 });
  const values = [];
  const limits = [];
  for (let round = 1; round <= rounds; round += 1) {
    run.progress(`${what} ${round}/${rounds}`);
    limits.push(await requestRate(bare.url, load));
    values.push(await requestRate(url, load));
  }
  await bare.stop();
  const { residentMib } = memoryOf(session.engine.pid);
  run.notes.set('engine loaded', Math.max(run.notes.get('engine loaded') ?? 0, residentMib));
  return {
    what,
    unit: 'req/s',
    values,
    peer: { what: 'bare fastify, same bytes', values: limits },
    ratios: values.map((value, round) => value / limits[round]),
  };
}

async function startBare(bytes) {
  const script = join(import.meta.dirname, 'bare-server.mjs');
  const child = spawn(process.execPath, [script, String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = atEnd(() => void child.kill('SIGTERM'));
  const [url] = await once(child.stdout, 'data');
  return { url: String(url).trim(), stop };
}

function growth(small, large) {
  const before = small['first page'].values.map((rate) => 1000 / rate);
  const after = large['first page'].values.map((rate) => 1000 / rate);
  const ratio = median(after) / median(before);
  return {
    what: 'cost of a page of 100, from 1 000 to 10 000 volumes',
    unit: 'ms',
    values: after,
    peer: { what: 'with 1 000', values: before },
    goal: { text: 'does not grow (under 1.25x)', met: ratio < 1.25 },
  };
}
