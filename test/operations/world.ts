// A small engine without HTTP: records, two pools with real files, images, backups and jobs in a
// folder of its own, for tests of operations. Invariant: expectTidy() holds after every operation,
// whatever befell it: nothing transient, no byte without a row, no row of a thing that is usable
// without bytes.
import { randomFillSync, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { backupStore } from '../../bundled-engine/backups/backup-store';
import { folderTarget } from '../../bundled-engine/backups/folder-target';
import type { EngineConfig } from '../../bundled-engine/config';
import type { BytesOf, Driver } from '../../bundled-engine/drivers/driver';
import { qcow2Driver } from '../../bundled-engine/drivers/qcow2';
import { rawFileDriver } from '../../bundled-engine/drivers/raw-file';
import { openImageFiles } from '../../bundled-engine/image-files';
import { JobRunner } from '../../bundled-engine/jobs/runner';
import type { StepHooks } from '../../bundled-engine/jobs/step-hooks';
import { allOperations } from '../../bundled-engine/operations/all-operations';
import type { Asker } from '../../bundled-engine/operations/operation-context';
import type { Parts, Pool } from '../../bundled-engine/parts';
import { openDatabase } from '../../bundled-engine/records/database';
import type { Database } from '../../bundled-engine/records/database';
import { insertImage } from '../../bundled-engine/records/images';
import { newHexId } from '../../bundled-engine/records/new-id';
import { insertVolumeType } from '../../bundled-engine/records/volume-types';
import { faultyDriver } from '../support/faulty-driver';
import type { FaultyDriver } from '../support/faulty-driver';
import { removeFolder, tempFolder } from '../support/temp-folder';
import { expectTidy } from './expect-tidy';

const mib = 1024 ** 2;

/** Which drivers the pools `one` and `two` have. */
export type DriverKind = 'raw-file' | 'qcow2';

/** How to make a world. */
export interface WorldOptions {
  /** Folder that it makes its own below; the system's temporary folder when left out. */
  readonly below?: string | undefined;
  readonly kinds?: readonly [DriverKind, DriverKind];
  readonly config?: Partial<EngineConfig>;
}

/** The world of one test. */
export interface World {
  readonly parts: Parts;
  readonly database: Database;
  readonly asker: Asker;
  /** The pools' drivers with the seam for faults. */
  readonly faulty: Readonly<Record<'one' | 'two', FaultyDriver>>;
  /** Replaces the runner: the engine "starts again" with these hooks. */
  newRunner(hooks: StepHooks): JobRunner;
  idle(): Promise<void>;
  /** An active raw image of 2 MiB in the image store, with these bytes. */
  addImage(bytes?: Buffer): Promise<{ id: string; bytes: Buffer }>;
  write(pool: 'one' | 'two', volumeId: string, bytes: Buffer): Promise<void>;
  read(pool: 'one' | 'two', from: BytesOf, lengthBytes: number): Promise<Buffer>;
  expectTidy(): Promise<void>;
  close(): Promise<void>;
}

/** Random bytes, the same length as addImage's. */
export function someBytes(): Buffer {
  return randomFillSync(Buffer.alloc(2 * mib));
}

const open = { 'raw-file': rawFileDriver, qcow2: qcow2Driver } as const;

async function openPool(
  folder: string,
  at: { name: string; kind: DriverKind },
): Promise<{ pool: Pool; faulty: FaultyDriver }> {
  const { name, kind } = at;
  const faulty = faultyDriver(await open[kind]({ folder: join(folder, 'pools', name) }));
  const { driver } = faulty;
  const host = `cinderkit@${name}#${name}`;
  return { pool: { name, volumeBackendName: name, host, capacityGib: null, driver }, faulty };
}

/** Makes a world; close() it always. */
export async function newWorld(options: WorldOptions = {}): Promise<World> {
  const own = await tempFolder();
  const folder = options.below ? join(options.below, randomUUID()) : own;
  await mkdir(folder, { recursive: true });
  const [kindOne, kindTwo] = options.kinds ?? ['raw-file', 'raw-file'];
  const database = await openDatabase({ file: join(folder, 'records.db') });
  const one = await openPool(folder, { name: 'one', kind: kindOne });
  const two = await openPool(folder, { name: 'two', kind: kindTwo });
  const log = pino({ level: 'silent' });
  const asker = { userId: newHexId(), projectId: newHexId(), isAdmin: false, requestId: 'req-1' };
  const state: { runner: JobRunner | null } = { runner: null };
  const parts: Parts = {
    database,
    get jobs() {
      if (!state.runner) throw new Error('no runner was made');
      return state.runner;
    },
    pools: [one.pool, two.pool],
    backups: backupStore(await folderTarget({ folder: join(folder, 'backups') })),
    images: await openImageFiles(join(folder, 'images')),
    conversionFolder: folder,
    internalTenant: { projectId: newHexId(), userId: newHexId() },
    clock: { now: () => new Date() },
    log,
    config: configOf(options.config ?? {}),
  };
  const newRunner = (hooks: StepHooks): JobRunner => {
    const runner = new JobRunner({ database, log, parts: () => parts, hooks, undoDelayMs: 1 });
    for (const operation of allOperations) runner.define(operation);
    state.runner = runner;
    return runner;
  };
  newRunner({});
  for (const name of ['one', 'two']) {
    await insertVolumeType(database, {
      id: randomUUID(),
      name,
      extraSpecs: { volume_backend_name: name },
    });
  }
  const driverOf = (pool: 'one' | 'two'): Driver => (pool === 'one' ? one : two).pool.driver;
  return {
    parts,
    database,
    asker,
    faulty: { one: one.faulty, two: two.faulty },
    newRunner,
    idle: () => parts.jobs.idle(),
    addImage: (bytes = someBytes()) => addImage(parts, asker, bytes),
    async write(pool, volumeId, bytes) {
      const writer = await driverOf(pool).openWriter(volumeId);
      await writer.write(0, bytes);
      await writer.close();
    },
    async read(pool, from, lengthBytes) {
      const reader = await driverOf(pool).openReader(from);
      try {
        const into = Buffer.alloc(lengthBytes);
        await reader.read(0, into);
        return into;
      } finally {
        await reader.close();
      }
    },
    expectTidy: () => expectTidy(parts, [one.pool, two.pool]),
    async close() {
      await state.runner?.stop();
      await Promise.all([one.pool.driver.close(), two.pool.driver.close()]);
      await database.close();
      await removeFolder(folder);
      await removeFolder(own);
    },
  };
}

function configOf(given: Partial<EngineConfig>): EngineConfig {
  return {
    pools: undefined,
    quotas: {
      volumes: 10,
      snapshots: 10,
      gigabytes: 1000,
      backups: 10,
      backup_gigabytes: 1000,
      groups: 10,
      per_volume_gigabytes: -1,
    },
    tokenLifetimeMinutes: 60,
    defaultVolumeType: 'one',
    region: 'RegionOne',
    availabilityZone: 'nova',
    ...given,
  };
}

async function addImage(
  parts: Parts,
  asker: Asker,
  bytes: Buffer,
): Promise<{ id: string; bytes: Buffer }> {
  const id = randomUUID();
  const path = parts.images.temporaryPath(id);
  const facts = await parts.images.receive(path, chunks(bytes));
  await parts.images.keep(id, path);
  await insertImage(parts.database, {
    id,
    projectId: asker.projectId,
    name: 'image',
    status: 'active',
    diskFormat: 'raw',
    containerFormat: 'bare',
    sizeBytes: facts.sizeBytes,
    virtualSizeBytes: facts.sizeBytes,
  });
  return { id, bytes };
}

async function* chunks(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
