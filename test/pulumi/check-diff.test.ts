// Check and diff of the handlers: pure, without a connection, in the forms that the engine acts on.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { handlersFor } from '../../provider/pulumi/handlers-for';
import { ProviderSession } from '../../provider/pulumi/provider-session';
import { unknownValue } from '../../provider/pulumi/unknowns';
import { imageAdapter } from '../../provider/resources/image';
import { volumeAdapter } from '../../provider/resources/volume';
import { volumeTypeAdapter } from '../../provider/resources/volume-type';
import { removeFolder, tempFolder } from '../support/temp-folder';

/** Whoever opens it fails: check and diff must not. */
class ClosedSession extends ProviderSession {
  override async open(): Promise<never> {
    throw new Error('check and diff open no connection');
  }
}

const session = new ClosedSession();
const volumes = handlersFor(volumeAdapter, session);
const types = handlersFor(volumeTypeAdapter, session);
const images = handlersFor(imageAdapter, session);
const identity = { __identity: { name: 'data', address: 'folder-1' }, __provider: 'text' };

const memory = (names: string[], more: object = {}) => ({
  __applied: { names, keys: {}, spellings: {}, isComplete: true, ...more },
});

test('a name is chosen once: logical name and seven digits, then it is kept', async () => {
  const first = await volumes.check({}, { ...identity, sizeGib: 1 });
  expect(first.failures).toEqual([]);
  expect(first.inputs['name']).toMatch(/^data-[0-9a-f]{7}$/);
  const second = await volumes.check(first.inputs, { ...identity, sizeGib: 1 });
  expect(second.inputs['name']).toBe(first.inputs['name']);
  const replacement = await volumes.check({}, { ...identity, sizeGib: 1 });
  expect(replacement.inputs['name']).not.toBe(first.inputs['name']);
  const long = { __identity: { name: 'x'.repeat(300), address: 'a' }, sizeGib: 1 };
  expect(String((await volumes.check({}, long)).inputs['name'])).toHaveLength(255);
});

test('unknown values pass check, also nested, and are changes that may replace', async () => {
  const news = { ...identity, name: 'n', imageId: unknownValue, metadata: { k: unknownValue } };
  const { inputs, failures } = await volumes.check({}, news);
  expect(failures).toEqual([]);
  expect(inputs).toMatchObject({ imageId: unknownValue, metadata: { k: unknownValue } });
  const olds = { name: 'n', imageId: 'a', metadata: { k: 'v' }, ...memory(['name', 'imageId']) };
  expect(await volumes.diff('id', olds, inputs)).toEqual({
    replaces: ['imageId'],
    deleteBeforeReplace: false,
  });
});

test('null counts as not given', async () => {
  const { inputs, failures } = await volumes.check({}, { ...identity, sizeGib: 1, imageId: null });
  expect(failures).toEqual([]);
  expect(inputs).not.toHaveProperty('imageId');
});

test('a shrink from a size that the service chose is refused where it is meant', async () => {
  const news = { ...identity, name: 'n', sizeGib: 1, imageId: 'a' };
  const olds = { name: 'n', sizeGib: 5, imageId: 'a', ...memory(['name', 'imageId']) };
  // A refresh compares without having checked: it must show the difference, not fail.
  const fresh = handlersFor(volumeAdapter, session);
  expect(await fresh.diff('id', olds, news)).toMatchObject({ replaces: [] });
  await fresh.check({}, news);
  await expect(fresh.diff('id', olds, news)).rejects.toThrow(/from 5 to 1/);
});

test('a volume that never came to be is replaced, one that broke later is not', async () => {
  const news = { ...identity, name: 'n', sizeGib: 1 };
  const olds = { name: 'n', sizeGib: 1, status: 'error' };
  const unborn = { ...olds, ...memory(['name', 'sizeGib'], { isComplete: false }) };
  expect(await volumes.diff('id', unborn, news)).toEqual({ changes: true, replaces: ['status'] });
  const broken = { ...olds, ...memory(['name', 'sizeGib']) };
  expect(await volumes.diff('id', broken, news)).toEqual({ changes: false });
});

test('what is adopted cannot be replaced by itself', async () => {
  const news = { ...identity, name: 'n', adopt: 'id', availabilityZone: 'b' };
  const olds = { name: 'n', adopt: 'id', availabilityZone: 'a', ...memory(['name', 'adopt']) };
  await expect(volumes.diff('id', olds, news)).rejects.toThrow(/Take `adopt` out/);
});

test('a type with a name of its own goes before its replacement comes', async () => {
  const { inputs } = await types.check({}, { ...identity, name: 'gold' });
  expect(inputs).toMatchObject({ name: 'gold', isPublic: true });
  const olds = { name: 'gold', isPublic: false, ...memory(['name']) };
  expect(await types.diff('id', olds, inputs)).toEqual({ replaces: [], deleteBeforeReplace: true });
});

test('changed content of a file replaces the image, another path or time does not', async () => {
  const folder = await tempFolder();
  const filePath = join(folder, 'disk.qcow2');
  await writeFile(filePath, 'one');
  const first = (await images.check({}, { ...identity, filePath })).inputs;
  expect(first).toMatchObject({ diskFormat: 'qcow2', containerFormat: 'bare' });
  const olds = { ...first, ...memory(Object.keys(first)) };
  await writeFile(join(folder, 'same.qcow2'), 'one');
  const moved = { ...identity, filePath: join(folder, 'same.qcow2') };
  const same = (await images.check(first, moved)).inputs;
  expect(await images.diff('id', olds, same)).toEqual({ replaces: [], deleteBeforeReplace: false });
  await writeFile(filePath, 'two');
  const changed = (await images.check(first, { ...identity, filePath })).inputs;
  expect(await images.diff('id', olds, changed)).toMatchObject({ replaces: ['contentSha512'] });
  await removeFolder(folder);
});

test('errors have neither stack nor code', async () => {
  const error = await volumes.create({ ...identity, sizeGib: 1 }).catch((caught) => caught);
  expect(error.stack).toBe('');
  expect(error).not.toHaveProperty('code');
});

test('an image of a missing file is refused, naming where it was looked for', async () => {
  const missing = await images.check({}, { ...identity, filePath: 'nowhere.raw' });
  expect(missing.failures).toEqual([
    {
      property: 'filePath',
      reason: `filePath nowhere.raw cannot be read: there is no such file in ${process.cwd()}`,
    },
  ]);
  const wrong = await images.check({}, { ...identity, filePath: __filename, contentSha512: 'x' });
  expect(wrong.failures.map(({ property }) => property)).toEqual(['contentSha512']);
});
