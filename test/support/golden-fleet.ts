// The golden fleet, as each of its forms must make it: one inventory for all, read from the
// engine's API and disk. Two forms that equal the same inventory have made the same things.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bytesLeft } from './bytes-left';
import { Cloud } from './cloud';
import { bytesIn, expectSameBytes } from './engine-truth';
import { eventually } from './processes';
import { projectRoot } from './source-tree';

/** Folder of the example's forms. */
export const goldenFleetFolder = join(projectRoot, 'examples/golden-fleet');

/** Makes the disk image that a form starts from. */
export function makeFleetDisk(path: string): void {
  const script = join(goldenFleetFolder, 'make-disk-image.mjs');
  execFileSync(process.execPath, [script, path], { stdio: 'pipe' });
}

const stack = 'golden-fleet';
const tags = (composite: string, name: string, more: object = {}): object => ({
  composite,
  'part-of': name,
  stack,
  ...more,
});
const golden = (more: object = {}): object => tags('GoldenImage', 'golden', more);
const web = tags('VolumeFleet', 'web', { role: 'web' });
const kept = (generation: string): object => tags('ProtectedVolume', 'records', { generation });
const volume = (name: string, from: string | null, rest: object): object => ({
  name,
  status: 'available',
  sizeGib: 1,
  bootable: from !== null,
  from,
  ...rest,
});
const backup = (name: string, isIncremental: boolean, generation: string): object => ({
  name: `records-${name}`,
  status: 'available',
  of: 'records',
  sizeGib: 2,
  isIncremental,
  metadata: kept(generation),
});

/** What is there once any form was applied. */
export const goldenFleet = {
  types: [
    { name: 'golden-bulk', extraSpecs: { 'team:tier': 'bulk' } },
    { name: 'golden-fast', extraSpecs: { 'team:tier': 'fast' } },
  ],
  images: [
    { name: 'golden-image', status: 'active', format: 'raw', properties: golden(), backed: false },
    { name: 'golden-sealed', status: 'active', format: 'raw', properties: golden(), backed: true },
  ],
  volumes: [
    volume('boot', 'golden-sealed', {
      type: 'golden-fast',
      sizeGib: 2,
      metadata: tags('BootVolume', 'boot'),
    }),
    volume('golden-bastion', 'golden-sealed', {
      type: 'golden-fast',
      metadata: golden({ role: 'bastion' }),
    }),
    volume('golden-seed', 'golden-image', { type: 'golden-fast', metadata: golden() }),
    volume('records', null, {
      type: 'golden-bulk',
      sizeGib: 2,
      metadata: tags('ProtectedVolume', 'records'),
    }),
    volume('web-1', 'golden-sealed', { type: 'golden-fast', metadata: web }),
    volume('web-2', 'golden-sealed', { type: 'golden-bulk', metadata: web }),
    volume('web-3', 'golden-sealed', { type: 'golden-fast', metadata: web }),
  ],
  snapshots: [
    { name: 'records-before', status: 'available', of: 'records', sizeGib: 2, metadata: { stack } },
  ],
  backups: [
    backup('week-46', false, 'week-46'),
    backup('week-46-monday', true, 'week-46'),
    backup('week-46-tuesday', true, 'week-46'),
    backup('week-47', false, 'week-47'),
  ],
};

/** What is there a week later: another full backup, and the oldest generation is gone. */
export const goldenFleetNextWeek = {
  ...goldenFleet,
  backups: [backup('week-47', false, 'week-47'), backup('week-48', false, 'week-48')],
};

/** A form's program a week later: its chain has grown by a label. */
export function nextWeek(program: string): string {
  const later = program.replace("'week-47'],", "'week-47', 'week-48'],");
  if (later === program) throw new Error('the program has no chain that ends with week-47');
  return later;
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly [key: string]: unknown;
}

/** Asserts that the engine has the golden fleet and nothing else, byte by byte. */
export async function expectGoldenFleet(
  engineFolder: string,
  { disk, fleet = goldenFleet }: { disk: string; fleet?: typeof goldenFleet },
): Promise<void> {
  const cloud = await Cloud.ofEngine(engineFolder);
  expect(await inventory(cloud)).toEqual(fleet);
  const fromDisk = (await list(cloud, 'volumes')).filter(({ name }) => name !== 'records');
  expect(fromDisk).toHaveLength(6);
  for (const { id } of fromDisk) expectDisk(engineFolder, id, disk);
}

/** Asserts that nothing is left but the last backup of the protected volume, and removes that. */
export async function expectOnlyFinalBackup(engineFolder: string): Promise<void> {
  const cloud = await Cloud.ofEngine(engineFolder);
  const { backups, types, ...rest } = await inventory(cloud);
  expect(rest).toEqual({ images: [], volumes: [], snapshots: [] });
  expect(types).toEqual([]);
  expect(backups).toEqual([
    expect.objectContaining({ name: 'records-final', isIncremental: false, sizeGib: 2 }),
  ]);
  for (const { id } of await list(cloud, 'backups')) await cloud.volume('DELETE', `/backups/${id}`);
  const isGone = async (): Promise<boolean> => (await list(cloud, 'backups')).length === 0;
  await eventually('the last backup to go', isGone);
  expect(bytesLeft(engineFolder)).toEqual([]);
}

async function inventory(cloud: Cloud): Promise<Record<keyof typeof goldenFleet, unknown>> {
  const images: Named[] = (await cloud.image('GET', '/images')).body.images;
  const volumes = await list(cloud, 'volumes');
  const types: Named[] = (await cloud.volume('GET', '/types')).body.volume_types;
  const nameOf = (things: readonly Named[], id: unknown): string | null =>
    things.find((one) => one.id === id)?.name ?? null;
  return {
    types: sorted(types.filter(({ name }) => name.startsWith('golden-'))).map((one) => ({
      name: one.name,
      extraSpecs: one['extra_specs'],
    })),
    images: sorted(images).map((one) => ({
      name: one.name,
      status: one['status'],
      format: one['disk_format'],
      properties: Object.fromEntries(
        ['composite', 'part-of', 'stack'].map((key) => [key, one[key]]),
      ),
      backed: 'block_device_mapping' in one || one['locations'] !== undefined,
    })),
    volumes: sorted(volumes).map((one) => ({
      name: one.name,
      status: one['status'],
      sizeGib: one['size'],
      type: one['volume_type'],
      bootable: one['bootable'] === 'true',
      from: nameOf(images, member(one['volume_image_metadata'], 'image_id')),
      metadata: one['metadata'],
    })),
    snapshots: sorted(await list(cloud, 'snapshots')).map((one) => ({
      name: one.name,
      status: one['status'],
      of: nameOf(volumes, one['volume_id']),
      sizeGib: one['size'],
      metadata: one['metadata'],
    })),
    backups: sorted(await list(cloud, 'backups')).map((one) => ({
      name: one.name,
      status: one['status'],
      of: nameOf(volumes, one['volume_id']),
      sizeGib: one['size'],
      isIncremental: one['is_incremental'],
      metadata: one['metadata'],
    })),
  };
}

async function list(cloud: Cloud, noun: string): Promise<Named[]> {
  return (await cloud.volume('GET', `/${noun}/detail`)).body[noun];
}

function sorted(things: readonly Named[]): Named[] {
  return things.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(key) : '';
}

/** Asserts that a volume holds the disk's bytes and nothing after them. */
function expectDisk(engineFolder: string, id: string, disk: string): void {
  const pools = join(engineFolder, 'pools');
  const place = readdirSync(pools)
    .map((name) => join(pools, name))
    .flatMap((folder) => [
      { folder, driver: 'raw-file', mark: join(folder, 'volumes', `${id}.raw`) },
      { folder, driver: 'qcow2', mark: join(folder, 'volumes', `${id}.json`) },
    ])
    .find(({ mark }) => existsSync(mark));
  if (!place) throw new Error(`no pool below ${pools} has volume ${id}`);
  expectSameBytes(bytesIn(place, 'volumes', id), { path: disk, format: 'raw' });
}

/** The files of one form of the example, by name. */
export function formFiles(form: string): Record<string, string> {
  const folder = join(goldenFleetFolder, form);
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}
