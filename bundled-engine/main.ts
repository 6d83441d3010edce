// Puts an engine together: folder, records, pools, jobs, HTTP. The only place where drivers,
// database and configuration meet. Invariants: what was opened is closed in the opposite order,
// however far the start came; the ready endpoint says so only when recovery has begun and every
// pool can serve.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pino from 'pino';
import type { Logger } from 'pino';
import { logFileName } from '../schema/wire/engine-folder';
import type { ReadyReply } from '../schema/wire/engine-folder';
import { assertRecords } from './assert-records';
import { backupStore } from './backups/backup-store';
import { folderTarget } from './backups/folder-target';
import { writeClouds } from './clouds-file';
import { readConfig } from './config';
import type { EngineConfig } from './config';
import { qcow2Driver } from './drivers/qcow2';
import { rawFileDriver } from './drivers/raw-file';
import { engineFaults } from './engine-faults';
import { removeEngineFile, writeEngineFile } from './engine-file';
import { engineVersion } from './engine-version';
import { seed } from './first-start';
import { keepForgetting } from './keep-forgetting';
import { createServer } from './http/server';
import { openImageFiles } from './image-files';
import { JobRunner } from './jobs/runner';
import type { StepHooks } from './jobs/step-hooks';
import { closeServer, isLoopback, listen } from './http/listen';
import { openPools } from './open-pools';
import { allOperations } from './operations/all-operations';
import { recoverExports } from './operations/volume-exports';
import type { Clock, Parts } from './parts';
import { prepareFolder } from './prepare-folder';
import { openDatabase } from './records/database';
import { readiness } from './readiness';
import { recoverImageVolumes } from './recover-image-volumes';
import { recoverImages } from './recover-images';
import { Undoing } from './undoing';

/** How to start an engine. */
export interface EngineOptions {
  /** Folder of all its files; made where it is missing. One engine a folder. */
  readonly dataFolder: string;
  /** Loopback when left out. */
  readonly host?: string;
  /** 0 is any free port; the port of the last start when left out. */
  readonly port?: number;
  /** Admits a host that is not loopback: whoever reaches it can try passwords, in plain HTTP. */
  readonly allowRemote?: boolean;
  /** Stops the engine when it fires. */
  readonly signal?: AbortSignal;
  readonly logLevel?: string;
  /** For tests that move time. @internal */
  readonly clock?: Clock;
  /** For tests that interrupt jobs at a step. @internal */
  readonly jobHooks?: StepHooks;
}

/** A running engine. */
export interface Engine {
  /** Scheme, host and port; services are below /identity, /volume and /image. */
  readonly url: string;
  readonly dataFolder: string;
  readonly instanceId: string;
  /** What it is made of; for this package's own tests. @internal */
  readonly parts: Parts;
  /** Lets requests in flight end (10 s at the most), leaves jobs for the next start. Repeatable. */
  stop(): Promise<void>;
}

const usualHost = '127.0.0.1';

/**
 * Starts an engine and resolves when it serves. Fails with a Fault (`engineLocked`,
 * `dataFolderUnusable`, `configUnusable`, `recordsMissing`, `poolUnusable`, `addressUnusable`,
 * `remoteRefused`) and then leaves nothing running.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const host = options.host ?? usualHost;
  if (!isLoopback(host) && !options.allowRemote) throw engineFaults.remoteRefused({ host });
  options.signal?.throwIfAborted();
  const dataFolder = resolve(options.dataFolder);
  const undoing = new Undoing();
  try {
    const lock = await prepareFolder(dataFolder);
    undoing.add(() => lock.release());
    return await startLocked({ ...options, host, dataFolder }, undoing);
  } catch (error) {
    await undoing.run();
    throw error;
  }
}

async function startLocked(
  options: EngineOptions & { readonly host: string },
  undoing: Undoing,
): Promise<Engine> {
  const { dataFolder, host, port } = options;
  const instanceId = randomUUID();
  // Of a run that did not end well: it must not be found while this one is not ready.
  await removeEngineFile(dataFolder);
  const config = await readConfig(dataFolder);
  const log = openLog(dataFolder, options.logLevel ?? 'info', undoing);
  const { parts, passwords } = await openParts(options, config, { log, undoing });

  const state: { now: ReadyReply['status'] } = { now: 'starting' };
  const app = createServer(parts, (asked) =>
    readiness(parts, { status: state.now, instanceId }, asked),
  );
  undoing.add(async () => {
    state.now = 'stopping';
    app.isServing = false;
    await closeServer(app);
  });
  const url = await listen(app, parts.database, { host, port });
  await writeClouds(dataFolder, { url, region: config.region, passwords });
  state.now = 'recovering';
  const { resumed, unknown } = await parts.jobs.recover();
  if (resumed + unknown.length > 0) log.info({ resumed, unknown }, 'unfinished jobs go on');
  const startedAt = new Date().toISOString();
  await writeEngineFile(dataFolder, {
    version: engineVersion,
    pid: process.pid,
    url,
    startedAt,
    instanceId,
  });
  undoing.add(() => removeEngineFile(dataFolder));
  state.now = 'ready';
  app.isServing = true;
  log.info({ url, version: engineVersion }, 'the engine is ready');

  const stop = (): Promise<void> => undoing.run();
  options.signal?.addEventListener('abort', () => void stop(), { once: true });
  return { url, dataFolder, instanceId, parts, stop };
}

async function openParts(
  options: EngineOptions,
  config: EngineConfig,
  from: { readonly log: Logger; readonly undoing: Undoing },
): Promise<{ parts: Parts; passwords: { admin: string; member: string } }> {
  const { dataFolder, clock = { now: () => new Date() }, jobHooks: hooks = {} } = options;
  const { log, undoing } = from;
  const file = join(dataFolder, 'records.db');
  await assertRecords(dataFolder, file);
  const database = await openDatabase({ file });
  undoing.add(() => database.close());
  const [seeded, pools, images, target, conversionFolder] = await Promise.all([
    seed(database, dataFolder, config),
    openPools(config, { dataFolder, log, drivers: openDrivers }),
    openImageFiles(join(dataFolder, 'images')),
    folderTarget({ folder: join(dataFolder, 'backups') }),
    emptyFolder(join(dataFolder, 'conversion')),
  ]);
  for (const pool of pools) undoing.add(() => pool.driver.close());
  const { internalTenant, passwords, isNew } = seeded;
  if (isNew) log.info('new passwords were written to clouds.yaml');
  const backups = backupStore(target);
  const jobs = new JobRunner({ database, log, parts: () => parts, hooks });
  const parts: Parts = {
    database,
    jobs,
    pools,
    backups,
    images,
    conversionFolder,
    internalTenant,
    clock,
    log,
    config,
  };
  for (const operation of allOperations) jobs.define(operation);
  undoing.add(() => jobs.stop());
  const { requeued, removed } = await recoverImages(database, images);
  if (requeued.length + removed.length > 0)
    log.info({ requeued, removed }, 'images were put right');
  const orphans = await recoverImageVolumes(parts);
  if (orphans.length > 0) log.info({ orphans }, 'volumes of deleted images are being removed');
  const exported = await recoverExports(parts);
  if (exported.length > 0) log.info({ exported }, 'volumes in use are exported again');
  undoing.add(await keepForgetting(database, { clock, log }));
  return { parts, passwords };
}

const openDrivers = { 'raw-file': rawFileDriver, qcow2: qcow2Driver } as const;

function openLog(dataFolder: string, level: string, undoing: Undoing): Logger {
  const dest = join(dataFolder, logFileName);
  // Synchronous, so that the last words before a crash are there.
  const destination = pino.destination({ dest, sync: true, mode: 0o600 });
  // A full disk takes lines off the log; it must not take the engine down with them.
  destination.on('error', () => undefined);
  undoing.add(() => {
    const isClosed = Promise.race([once(destination, 'close'), once(destination, 'error')]);
    destination.end();
    return isClosed.then(
      () => undefined,
      () => undefined,
    );
  });
  return pino({ level, base: null }, destination);
}

async function emptyFolder(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
