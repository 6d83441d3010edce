// One engine with pools of one driver, and what stories of interruption do in it by its API.
// Invariant: clean() leaves it as it was new, but for the two images that volumes are made from.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, writeSync, ftruncateSync } from 'node:fs';
import { join } from 'node:path';
import {
  bytesIn,
  expectAlone,
  expectNoDebris,
  expectSameBytes,
  expectTrueQuotas,
  filesIn,
  recordsOf,
  settled,
} from '../support/engine-truth';
import type { DiskFile } from '../support/engine-truth';
import { MortalEngine } from '../support/mortal-engine';
import type { DeadlyMoment } from '../support/mortal-engine';
import { PlainCaller } from '../support/plain-caller';
import type { Answer } from '../support/plain-caller';

const mib = 1024 ** 2;

/** Kinds of drivers that lanes have. */
export type DriverKind = 'raw-file' | 'qcow2';

/** A disk that was uploaded as an image. */
export interface UploadedDisk {
  readonly imageId: string;
  readonly file: DiskFile;
}

/** The lane of one driver. */
export class CrashLane {
  readonly driver: DriverKind;
  readonly engine: MortalEngine;
  member!: PlainCaller;
  admin!: PlainCaller;
  first!: UploadedDisk;
  second!: UploadedDisk;

  private constructor(driver: DriverKind) {
    this.driver = driver;
    const pools = ['main', 'other'].map((name) => `  - { name: ${name}, driver: ${driver} }`);
    this.engine = new MortalEngine(['pools:', ...pools, ''].join('\n'));
  }

  /** Starts an engine with pools and types `main` and `other`, and uploads two disks with holes. */
  static async open(driver: DriverKind): Promise<CrashLane> {
    const lane = new CrashLane(driver);
    try {
      await lane.prepare();
    } catch (error) {
      await lane.dispose();
      throw error;
    }
    return lane;
  }

  private async prepare(): Promise<void> {
    const { engine } = this;
    await engine.start();
    this.member = await PlainCaller.login(engine.dataFolder);
    this.admin = await PlainCaller.login(engine.dataFolder, 'cinderkit');
    for (const name of ['main', 'other']) {
      const type = { name, extra_specs: { volume_backend_name: name } };
      expectStatus(await this.admin.volume('POST', '/types', { volume_type: type }), 200, name);
    }
    this.first = await this.uploadDisk('first');
    this.second = await this.uploadDisk('second');
  }

  private async uploadDisk(name: string): Promise<UploadedDisk> {
    const raw = join(this.engine.folder, `${name}.raw`);
    const file = { path: join(this.engine.folder, `${name}.qcow2`), format: 'qcow2' } as const;
    const disk = openSync(raw, 'w');
    writeSync(disk, randomBytes(2 * mib), 0, 2 * mib, 0);
    writeSync(disk, randomBytes(mib), 0, mib, 700 * mib);
    ftruncateSync(disk, 800 * mib);
    closeSync(disk);
    execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, file.path]);
    rmSync(raw);
    const imageId = await this.member.upload(name, 'qcow2', readFileSync(file.path));
    return { imageId, file };
  }

  /** Calls Block Storage and gives the body. Fails where another status comes. */
  async ask(
    status: number,
    method: string,
    path: string,
    body?: unknown,
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into any shape
  ): Promise<any> {
    const answer = await this.member.volume(method, path, body);
    expectStatus(answer, status, `${method} ${path}`);
    return answer.body;
  }

  /** Waits until nothing is under way. */
  settled(): Promise<void> {
    return settled(this.engine.dataFolder);
  }

  /** Makes a volume of pool main and waits for it; gives its id. */
  async volume(asked: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const volume = { size: 1, volume_type: 'main', ...asked };
    const { id } = (await this.ask(202, 'POST', '/volumes', { volume })).volume;
    await this.settled();
    await this.expectStatus('volumes', id, 'available');
    return id;
  }

  /** Makes a snapshot and waits for it; gives its id. */
  async snapshot(volumeId: string): Promise<string> {
    const snapshot = { volume_id: volumeId, name: 'a snapshot' };
    const { id } = (await this.ask(202, 'POST', '/snapshots', { snapshot })).snapshot;
    await this.settled();
    await this.expectStatus('snapshots', id, 'available');
    return id;
  }

  /** Makes a full backup and waits for it; gives its id. */
  async backup(volumeId: string, name = 'a backup'): Promise<string> {
    const backup = { volume_id: volumeId, name };
    const { id } = (await this.ask(202, 'POST', '/backups', { backup })).backup;
    await this.settled();
    await this.expectStatus('backups', id, 'available');
    return id;
  }

  /** Writes a backup's bytes into a volume and waits for the end. */
  async restore(backupId: string, volumeId: string): Promise<void> {
    const restore = { volume_id: volumeId };
    await this.ask(202, 'POST', `/backups/${backupId}/restore`, { restore });
    await this.settled();
    await this.expectStatus('volumes', volumeId, 'available');
  }

  /** The one thing of this name in a list of Block Storage. */
  async named(noun: 'volumes' | 'snapshots' | 'backups', name: string): Promise<{ id: string }> {
    const found = (await this.ask(200, 'GET', `/${noun}?name=${name}`))[noun];
    expect(found).toHaveLength(1);
    return found[0];
  }

  /** Asserts the status that the API shows of a thing. */
  async expectStatus(noun: string, id: string, status: string): Promise<void> {
    const shown = (await this.ask(200, 'GET', `/${noun}/${id}`))[noun.slice(0, -1)];
    expect([noun, shown.status, shown.fail_reason ?? null]).toEqual([noun, status, null]);
  }

  /** Asserts that a thing is gone. */
  async expectGone(noun: string, id: string): Promise<void> {
    await this.ask(404, 'GET', `/${noun}/${id}`);
  }

  /** Asserts that a volume or snapshot holds the disk's bytes, in the pool that its row names. */
  expectDisk(kind: 'volumes' | 'snapshots', id: string, disk: UploadedDisk): void {
    const { dataFolder } = this.engine;
    const [row] = recordsOf(dataFolder, `SELECT "pool" FROM "${kind}" WHERE "id" = '${id}'`);
    const folder = join(dataFolder, 'pools', String(row?.['pool']));
    expectSameBytes(bytesIn({ folder, driver: this.driver }, kind, id), disk.file);
  }

  /** Starts work that the engine does not survive at the moment, and starts the engine again. */
  async cutOff(moment: DeadlyMoment, start: () => Promise<unknown>): Promise<void> {
    await this.engine.arm(moment);
    // The engine may die before it has answered: then its word is missing, not its deed.
    const work = start().catch(() => undefined);
    await this.engine.death();
    await work;
    await this.engine.start();
    await this.settled();
  }

  /** Asserts what is true at rest: nothing transient, no debris, true quotas, no tool left. */
  async expectTidy(): Promise<void> {
    const { dataFolder, folder, pid } = this.engine;
    await this.settled();
    expectNoDebris(dataFolder);
    await expectTrueQuotas(this.member);
    await expectAlone(folder, pid);
  }

  /** Removes everything but the two images, and asserts that no byte of it is left. */
  async clean(): Promise<void> {
    const { dataFolder } = this.engine;
    const idsOf = async (noun: string): Promise<string[]> =>
      (await this.ask(200, 'GET', `/${noun}`))[noun].map(({ id }: { id: string }) => id);
    for (let round = 0; (await idsOf('backups')).length > 0 && round < 5; round += 1) {
      // Increments stand in the way of what they build on, so the newest go first.
      const [newest] = await idsOf('backups');
      await this.ask(202, 'DELETE', `/backups/${newest}`);
      await this.settled();
    }
    for (const id of await idsOf('volumes')) {
      await this.ask(202, 'DELETE', `/volumes/${id}?cascade=true`);
    }
    const { images } = (await this.member.image('GET', '')).body;
    for (const { id } of images as { id: string }[]) {
      if (id === this.first.imageId || id === this.second.imageId) continue;
      expectStatus(await this.member.image('DELETE', `/${id}`), 204, 'DELETE an image');
    }
    await this.settled();
    const kept = [this.first.imageId, this.second.imageId].sort().map((id) => `images/${id}`);
    const files = ['pools', 'images', 'backups', 'conversion'].flatMap((name) =>
      filesIn(dataFolder, name),
    );
    expect(files).toEqual(kept);
    expect(recordsOf(dataFolder, 'SELECT "id" FROM "volumes"')).toEqual([]);
    await expectTrueQuotas(this.member);
  }

  /** Leaves no process and no file. */
  dispose(): Promise<void> {
    return this.engine.dispose();
  }
}

function expectStatus(answer: Answer, status: number, what: string): void {
  expect([what, answer.status, status < 400 ? null : answer.body]).toEqual([
    what,
    status,
    status < 400 ? null : answer.body,
  ]);
}
