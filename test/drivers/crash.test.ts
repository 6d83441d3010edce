// kill -9 at any moment: what a driver acknowledged is there to the byte, what it did not is there
// whole or not at all, and after a sweep and removals the pool is empty.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Driver } from '../../bundled-engine/drivers/driver';
import { expectBytes, filesBelow, ModelVolume } from '../conformance/driver-pool';
import { compileSources, type CompiledSources } from '../support/compiled-sources';
import { notRun } from '../support/not-run';
import { eventually, killProcessesIn } from '../support/processes';
import { removeFolder, tempFolder } from '../support/temp-folder';
import { toolMissing } from '../support/tools';
import { act, openPool, writtenBytes, type Deed, type JournalLine } from './crash-child';

const kills = 5;
let compiled: CompiledSources;
let folder = '';
beforeAll(async () => {
  const engine = 'bundled-engine/{host,drivers}/*.ts';
  compiled = await compileSources([engine, 'test/drivers/crash-child.ts']);
});
afterAll(() => compiled.remove());
beforeEach(async () => (folder = await tempFolder()));
afterEach(async () => {
  await killProcessesIn(folder);
  await removeFolder(folder);
});

/** Runs a child on the pool, kills it in mid-work, and gives its journal. */
async function runAndKill(kind: string, seed: number): Promise<JournalLine[]> {
  const journal = join(folder, 'journal');
  const args = [compiled.path('test/drivers/crash-child.ts'), kind, join(folder, 'pool'), journal];
  const child = spawn(process.execPath, [...args, String(seed)], {
    env: compiled.environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'close');
  const lines = (): string[] =>
    existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').slice(0, -1) : [];
  await eventually('the child to be at work', () => lines().length > seed % 30);
  // The moment of the kill is what is random here; there is no condition to wait for.
  await pause(seed % 23);
  child.kill('SIGKILL');
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
  return lines().map((line): JournalLine => JSON.parse(line));
}

interface Known {
  readonly volumes: Map<string, ModelVolume>;
  readonly snapshots: Map<string, ModelVolume>;
  /** What was let go of, by the id that it had. */
  readonly loose: Map<string, ModelVolume>;
}

function apply(known: Known, deed: Deed): void {
  const { volumes, snapshots } = known;
  const of = (id: string): ModelVolume => volumes.get(id) ?? new ModelVolume(deed.sizeGib);
  if (deed.kind === 'blank') volumes.set(deed.id, new ModelVolume(deed.sizeGib));
  if (deed.kind === 'clone') volumes.set(deed.id, of(deed.from).copy(deed.sizeGib));
  if (deed.kind === 'snapshot') snapshots.set(deed.id, of(deed.from).copy());
  if (deed.kind === 'grow') of(deed.id).sizeGib = deed.sizeGib;
  if (deed.kind === 'let-go') known.loose.set(deed.id, of(deed.id));
  if (deed.kind === 'adopt') volumes.set(deed.id, known.loose.get(deed.from) ?? of(deed.from));
  if (deed.kind === 'adopt') known.loose.delete(deed.from);
  if (deed.kind === 'replace') volumes.set(deed.id, of(deed.from));
  if (deed.kind === 'replace') volumes.delete(deed.from);
  if (deed.kind === 'remove' || deed.kind === 'let-go') volumes.delete(deed.id);
  if (deed.kind === 'forget') snapshots.delete(deed.id);
  if (deed.kind === 'write') {
    of(deed.id).write(deed.offset, Buffer.alloc(writtenBytes, deed.seed));
    of(deed.id).zero(deed.offset + 200_000, 100_000);
  }
}

async function expectKnown(driver: Driver, known: Known, begun: Deed | undefined): Promise<void> {
  const found = await driver.list();
  const isOpen = (id: string): boolean => id === begun?.id;
  const sure = (ids: Iterable<string>): string[] => [...ids].filter((id) => !isOpen(id)).sort();
  expect(sure(found.volumes)).toEqual(sure(known.volumes.keys()));
  expect(sure(found.snapshots)).toEqual(sure(known.snapshots.keys()));
  // What was begun is there whole, if at all; a write in the middle may have done any part of it.
  const after: Known = {
    volumes: new Map(known.volumes),
    snapshots: new Map(known.snapshots),
    loose: new Map(known.loose),
  };
  if (begun !== undefined && begun.kind !== 'write' && begun.kind !== 'grow') apply(after, begun);
  for (const id of found.volumes) {
    const model = known.volumes.get(id) ?? after.volumes.get(id);
    if (model === undefined || (isOpen(id) && begun?.kind === 'write')) continue;
    if (isOpen(id) && begun?.kind === 'grow') continue;
    await expectBytes(driver, { volume: id }, model);
  }
  for (const id of found.snapshots) {
    const model = known.snapshots.get(id) ?? after.snapshots.get(id);
    if (model !== undefined) await expectBytes(driver, { snapshot: id }, model);
  }
}

async function expectNothingLost(kind: string, seed: number): Promise<void> {
  const journal = await runAndKill(kind, seed);
  const known: Known = { volumes: new Map(), snapshots: new Map(), loose: new Map() };
  for (const { deed, is } of journal) if (is === 'done') apply(known, deed);
  const last = journal.at(-1);
  let begun = last?.is === 'begun' ? last.deed : undefined;
  const driver = await openPool(kind, join(folder, 'pool'));
  await driver.sweep();
  if (begun !== undefined && ['let-go', 'adopt', 'replace'].includes(begun.kind)) {
    // A job goes on where it was interrupted, so what was begun is done again.
    await act(driver, begun);
    apply(known, begun);
    begun = undefined;
  }
  for (const [id, model] of known.loose) {
    await driver.unmanaged.adopt({ volume: id }, `volume-${id}`);
    known.volumes.set(id, model);
  }
  await expectKnown(driver, known, begun);
  // A tool that was only being forked at the kill is found by a later sweep.
  await eventually('the volume to be free', async () => {
    await driver.sweep();
    if (begun?.kind === 'write') await (await driver.openWriter(begun.id)).close();
    return true;
  });
  const { volumes, snapshots } = await driver.list();
  for (const id of volumes) await driver.remove(id);
  for (const id of snapshots) await driver.removeSnapshot(id);
  expect(await filesBelow(join(folder, 'pool'))).toEqual([]);
  expect((await driver.sweep()).removed).toEqual([]);
  await killProcessesIn(folder);
  await removeFolder(folder);
  folder = await tempFolder();
}

for (const kind of ['raw-file', 'qcow2']) {
  const title = `${kind} loses nothing acknowledged when its process is killed at any moment`;
  const missing = kind === 'qcow2' ? (toolMissing('qemu-img') ?? toolMissing('qemu-nbd')) : null;
  if (missing !== null) {
    notRun(title, missing);
    continue;
  }
  it(title, async () => {
    const first = Date.now() % 1_000_000;
    process.stdout.write(`killing ${kind}: seeds from ${first}\n`);
    for (let seed = first; seed < first + kills; seed += 1) await expectNothingLost(kind, seed);
  });
}
