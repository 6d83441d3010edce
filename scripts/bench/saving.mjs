// Full and incremental backups of random data against borg and restic, round by round on the same
// bytes. The engine is measured from POST to available, the others from start to end of their
// process.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { liftQuotas, logIn, makeThing, makeType, removeThing, startEngine } from './engine.mjs';
import { timed } from './figures.mjs';
import { findPeers, installPeers, peerNames } from './backup-peers.mjs';
import { findProgram, makeFolder, settleDisk } from './place.mjs';
import { dataRegions, hundredth, openDriver, scribbleVolumes } from './volumes.mjs';

const sizeGib = 10;
const goalOf = { full: 2, increment: 10 };

/** @returns {Promise<import('./figures.mjs').Line[]>} */
export async function saving(run) {
  if (run.install) await installPeers();
  const folder = makeFolder(run.place, 'backups');
  const bench = await prepare(run, folder.path);
  const peers = findPeers(folder.path, bench.file);
  const took = new Map();
  const note = (name, kind, ms) => {
    const key = `${kind} ${name}`;
    took.set(key, [...(took.get(key) ?? []), ms / 1000]);
  };
  const rounds = run.quick ? 1 : 3;
  for (let round = 1; round <= rounds; round += 1) {
    await oneRound(run, bench, { peers: peers.found, note, round, label: `${round}/${rounds}` });
  }
  await bench.close();
  await folder.remove();
  const missing = peers.missing.map((name) => ({
    what: `backups against ${name}`,
    notRun: `${name} is not installed (as root on Debian: npm run bench -- --install)`,
  }));
  return [...linesOf(run, bench, took), ...missing];
}

/** A volume of random bytes in each pool, and a raw file with those of the first. */
async function prepare(run, folder) {
  const dataFolder = join(folder, 'engine');
  const regions = dataRegions(sizeGib, run.dataMib * 2 ** 20);
  const session = await logIn(await startEngine(run.bin, dataFolder));
  await liftQuotas(session);
  const volumes = [];
  for (const pool of findProgram('qemu-img') ? ['raw', 'qcow2'] : ['raw']) {
    const type = await makeType(session, pool);
    const { id } = await makeThing(session, 'volume', { size: sizeGib, volume_type: type });
    volumes.push({ pool, id });
  }
  await session.close();
  await session.engine.stop();
  for (const volume of volumes) {
    const driver = await openDriver(run, dataFolder, volume.pool);
    volume.tellsChanges = driver.abilities.checkpoints;
    await driver.close();
  }
  const file = join(folder, 'volume.raw');
  const handle = await open(file, 'w+');
  await handle.truncate(sizeGib * 2 ** 30);
  const writer = { write: (offset, bytes) => handle.write(bytes, 0, bytes.length, offset) };
  const bench = { folder, dataFolder, volumes, regions, file, writer, close: () => handle.close() };
  run.progress('backups: filling volumes');
  await change(run, bench, regions);
  return bench;
}

/** Each volume gets bytes of its own, or the second one's chunks would be found in the store. */
async function change(run, { dataFolder, volumes, writer, folder }, places) {
  for (const [at, volume] of volumes.entries()) {
    const others = at === 0 ? [writer] : [];
    await scribbleVolumes(run, dataFolder, { volumes: [volume], others, places });
  }
  await settleDisk(folder);
}

async function oneRound(run, bench, { peers, note, round, label }) {
  for (const peer of peers) await peer.begin();
  const made = new Map();
  for (const kind of ['full', 'increment']) {
    if (kind === 'increment') await change(run, bench, hundredth(bench.regions, round));
    const session = await logIn(await startEngine(run.bin, bench.dataFolder));
    for (const { pool, id } of bench.volumes) {
      run.progress(`backups ${label}: ${kind}, ${pool}`);
      await settleDisk(bench.folder);
      const asked = { volume_id: id, incremental: kind === 'increment' };
      const tookMs = await timed(async () => {
        const backup = await makeThing(session, 'backup', asked);
        made.set(`${kind} ${pool}`, backup.id);
      });
      note(pool, kind, tookMs);
    }
    if (kind === 'increment') await removeAll(session, made);
    await session.close();
    await session.engine.stop();
    for (const peer of peers) {
      run.progress(`backups ${label}: ${kind}, ${peer.name}`);
      await settleDisk(bench.folder);
      note(peer.name, kind, await timed(() => peer.save(kind)));
    }
  }
  for (const peer of peers) await peer.end();
}

/** Increments first: a backup that others build on is not deleted. */
async function removeAll(session, made) {
  for (const id of [...made.values()].toReversed()) await removeThing(session, 'backup', id);
}

function linesOf(run, { volumes }, took) {
  const lines = [];
  for (const kind of ['full', 'increment']) {
    for (const { pool, tellsChanges } of volumes) {
      for (const peer of peerNames) {
        const values = took.get(`${kind} ${pool}`);
        const peers = took.get(`${kind} ${peer}`);
        const how =
          kind === 'full' ? 'full' : tellsChanges ? '1 % changed' : '1 % changed, all read';
        const what = `backup of ${sizeGib} GiB holding ${run.dataMib} MiB, ${pool} pool, ${how}`;
        const line = { what, unit: 's', values };
        if (!peers) {
          if (peer === 'borg') lines.push(line);
          continue;
        }
        const ratios = peers.map((peerTook, round) => peerTook / values[round]);
        const middle = [...ratios].sort((a, b) => a - b)[ratios.length >> 1];
        const wanted = goalOf[kind];
        const isGoal = peer === 'borg' && (kind === 'full' || tellsChanges);
        lines.push({
          ...line,
          peer: { what: peer, values: peers },
          ratios,
          ratioOf: `the speed of ${peer}`,
          ...(isGoal ? { goal: { text: `at least ${wanted}x`, met: middle >= wanted } } : {}),
        });
      }
    }
  }
  return lines;
}
