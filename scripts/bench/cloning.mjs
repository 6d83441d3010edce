// Clones and volumes from volume-backed images, through the API and at the driver's face, where
// blocks are shared (xfs) and with overlays (qcow2). The limit is the bare call plus one durable
// commit.
import { randomUUID } from 'node:crypto';
import { constants, copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { liftQuotas, logIn, makeThing, makeType, removeThing, startEngine } from './engine.mjs';
import { median, timed } from './figures.mjs';
import { findProgram, makeFolder, mountXfs, runProgram, settleDisk, whyNoXfs } from './place.mjs';
import { dataRegions, openDriver, scribbleVolumes } from './volumes.mjs';

const sizeGib = 10;
const goalTimes = 3;

/** @returns {Promise<import('./figures.mjs').Line[]>} */
export async function cloning(run) {
  return [...(await onXfs(run)), ...(await withQcow2(run))];
}

async function onXfs(run) {
  const what = 'clone on a file system that shares blocks';
  const why = whyNoXfs();
  if (why) return [{ what, notRun: why }];
  const mounted = await mountXfs(run.place, 24).catch((error) => error);
  if (mounted instanceof Error) return [{ what, notRun: mounted.message.split('\n')[0] }];
  const bare = (source, target) => {
    copyFileSync(source, target, constants.COPYFILE_FICLONE_FORCE);
  };
  const name = 'bare FICLONE + commit';
  const lines = await clones(run, mounted.folder, { pool: 'raw', bare, name, where: 'xfs' });
  await mounted.remove();
  return lines;
}

async function withQcow2(run) {
  const what = 'clone with qcow2';
  const tool = findProgram('qemu-img');
  if (!tool) return [{ what, notRun: 'qemu-img is missing (Debian: apt-get install qemu-utils)' }];
  const folder = makeFolder(run.place, 'qcow2');
  const bare = (source, target) =>
    runProgram(tool, ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', source, target]);
  const name = 'qemu-img create -b + commit';
  const lines = await clones(run, folder.path, { pool: 'qcow2', bare, name, where: 'qcow2' });
  await folder.remove();
  return lines;
}

async function clones(run, folder, kind) {
  const dataFolder = join(folder, 'engine');
  const source = await filledVolume(run, dataFolder, kind.pool);
  const limit = await openLimit(run, folder, { ...kind, dataFolder, sourceId: source.id });
  const session = await logIn(await startEngine(run.bin, dataFolder));
  const imageId = await sealImage(session, source.id);
  const byApi = (properties) => throughApi(session, { size: sizeGib, ...properties });
  const label = `${sizeGib} GiB holding ${run.quick ? '256 MiB' : '2 GiB'}, ${kind.where}`;
  const lines = [
    await compared(run, { what: `clone of ${label}: API, POST to available`, limit }, () =>
      byApi({ source_volid: source.id }),
    ),
    await compared(run, { what: `volume from image of ${label}: API`, limit }, () =>
      byApi({ imageRef: imageId }),
    ),
  ];
  await session.close();
  await session.engine.stop();
  const driver = await openDriver(run, dataFolder, kind.pool);
  const what = `clone of ${label}: at the driver's face`;
  const atDriver = await compared(run, { what, limit }, () => throughDriver(driver, source.id));
  await driver.close();
  limit.close();
  return [...lines, atDriver];
}

/** A volume with random data in a new engine's pool; the engine is stopped afterwards. */
async function filledVolume(run, dataFolder, pool) {
  run.progress(`cloning: filling a volume (${pool})`);
  const session = await logIn(await startEngine(run.bin, dataFolder));
  await liftQuotas(session);
  const type = await makeType(session, pool);
  const volume = await makeThing(session, 'volume', { size: sizeGib, volume_type: type });
  await session.close();
  await session.engine.stop();
  const places = dataRegions(sizeGib, (run.quick ? 256 : 2048) * 2 ** 20);
  await scribbleVolumes(run, dataFolder, { volumes: [{ pool, id: volume.id }], places });
  await settleDisk(dataFolder);
  return volume;
}

/** The bare call on a file of the same bytes, with one commit of SQLite on the same disk. */
async function openLimit(run, folder, { bare, name, pool, dataFolder, sourceId }) {
  const source = join(folder, `limit.${pool}`);
  const driver = await openDriver(run, dataFolder, pool);
  await driver.exportImage({ volume: sourceId }, { path: source, format: pool });
  await driver.close();
  const records = new DatabaseSync(join(folder, 'limit.db'));
  records.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (x TEXT)');
  const insert = records.prepare('INSERT INTO t VALUES (?)');
  const target = join(folder, 'limit.clone');
  const measure = async () => {
    const tookMs = await timed(async () => {
      await bare(source, target);
      insert.run('x'.repeat(500));
    });
    rmSync(target);
    return tookMs;
  };
  return { measure, name, close: () => records.close() };
}

async function compared(run, { what, limit }, measure) {
  const rounds = run.quick ? 5 : 15;
  const values = [];
  const limits = [];
  // Once each unmeasured: code is loaded, caches are warm.
  await limit.measure();
  await measure();
  for (let round = 1; round <= rounds; round += 1) {
    run.progress(`${what} ${round}/${rounds}`);
    limits.push(await limit.measure());
    values.push(await measure());
  }
  const ratio = median(values) / median(limits);
  const goal = { text: `under ${goalTimes}x`, met: ratio < goalTimes };
  return { what, unit: 'ms', values, peer: { what: limit.name, values: limits }, goal };
}

async function throughApi(session, properties) {
  let made;
  const tookMs = await timed(async () => {
    made = await makeThing(session, 'volume', properties);
  });
  if (made.bytes !== 'cloned') throw new Error(`volume ${made.id} was ${made.bytes}, not cloned`);
  await removeThing(session, 'volume', made.id);
  return tookMs;
}

async function throughDriver(driver, sourceId) {
  const id = randomUUID();
  let made;
  const tookMs = await timed(async () => {
    made = await driver.createFromVolume({ id, sizeGib }, sourceId);
  });
  if (made.how !== 'cloned') throw new Error(`the driver has ${made.how} and not cloned`);
  await driver.remove(id);
  return tookMs;
}

/** A volume-backed image of the volume. */
async function sealImage(session, volumeId) {
  const properties = { image_name: 'sealed', disk_format: 'raw', container_format: 'bare' };
  const { body } = await session.ask('POST', `/volumes/${volumeId}/action`, {
    'os-volume_upload_image': properties,
  });
  const { image_id: id } = body['os-volume_upload_image'];
  for (;;) {
    const { status } = await session.askImage(id);
    if (status === 'active') return id;
    if (status !== 'queued' && status !== 'saving') throw new Error(`image ${id} is ${status}`);
  }
}
