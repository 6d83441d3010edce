// Images through the reconciler on a real engine: from a file, from a volume, taken up and refused.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { imageAdapter } from '../../provider/resources/image';
import { volumeAdapter } from '../../provider/resources/volume';
import { volumeTypeAdapter } from '../../provider/resources/volume-type';
import { imageRoutes } from '../../schema/wire/images';
import { freshFolder } from '../engine/running-engine';
import { notRun } from '../support/not-run';
import { toolMissing } from '../support/tools';
import { Stage } from './stage';

let stage: Stage;
let filePath: string;

beforeAll(async () => {
  stage = await Stage.open();
  filePath = join(await freshFolder(), 'disk.img');
  await writeFile(filePath, randomBytes(1 << 20));
});

afterAll(async () => {
  await stage.close();
});

const fromFile = async (more: object = {}) => {
  const news = { name: 'base', filePath, ...more };
  const isUnknown = () => false;
  const defaults = await imageAdapter.defaults?.({ news, olds: {}, isUnknown });
  return { ...news, ...defaults?.values };
};

test('an image is uploaded, altered by patch, and removed', async () => {
  const inputs = await fromFile({ tags: ['b', 'a'], properties: { os_distro: 'x', gone: '1' } });
  const made = await stage.make(imageAdapter, inputs);
  expect(made.values).toMatchObject({
    status: 'active',
    sizeBytes: 1 << 20,
    diskFormat: 'raw',
    properties: { os_distro: 'x', gone: '1' },
  });
  const news = { ...inputs, name: 'new', minDiskGib: 2, tags: [], properties: { os_distro: 'y' } };
  const changed = await stage.update(imageAdapter, made, news);
  expect(changed.values).toMatchObject({
    name: 'new',
    minDiskGib: 2,
    properties: { os_distro: 'y' },
  });
  const shown = await stage.connection.call(imageRoutes.showImage, { params: { id: made.id } });
  expect(shown.body).toMatchObject({ name: 'new', tags: [], os_distro: 'y' });
  expect(shown.body).not.toHaveProperty('gone');
  expect(shown.body).not.toHaveProperty('cinderkit_marker');
  await stage.remove(imageAdapter, changed);
});

test('a protected image is not removed', async () => {
  const made = await stage.make(imageAdapter, await fromFile({ protected: true }));
  await expect(stage.remove(imageAdapter, made)).rejects.toThrow(/is protected/);
  const open = await stage.update(imageAdapter, made, await fromFile({ protected: false }));
  await stage.remove(imageAdapter, open);
});

test('an upload that was cut off is taken up with the same image', async () => {
  const inputs = await fromFile();
  const marker = 'a'.repeat(32);
  const id = await imageAdapter.create(stage.scope, inputs, marker);
  const [queued] = await imageAdapter.find(stage.scope, marker, inputs);
  expect(queued).toMatchObject({ id, status: 'queued' });
  if (!queued) throw new Error('not found');
  const settled = await imageAdapter.settle(stage.scope, queued, inputs);
  expect(settled?.status).toBe('active');
  await imageAdapter.unmark(stage.scope, queued, inputs);
  expect(await imageAdapter.find(stage.scope, marker, inputs)).toEqual([]);
  await imageAdapter.remove(stage.scope, queued, inputs);
});

test('an image made of a volume is found again while its name holds the mark', async () => {
  const volume = await stage.make(volumeAdapter, { name: 'source', sizeGib: 1 });
  const inputs = { name: 'golden', volumeId: volume.id, minDiskGib: 1, visibility: 'private' };
  stage.isCallerAlive = false;
  const first = await stage.make(imageAdapter, inputs, 'golden');
  const hidden = await imageAdapter.observe(stage.scope, first.id);
  expect(hidden?.marker).toMatch(/^[0-9a-f]{32}$/);
  stage.isCallerAlive = true;
  const second = await stage.make(imageAdapter, inputs, 'golden');
  expect(second.id).toBe(first.id);
  expect(second.values).toMatchObject({ ...inputs, status: 'active' });
  await stage.remove(imageAdapter, second);
  await stage.remove(volumeAdapter, volume);
});

test('a file that is not there, or not what its digest says, is refused', async () => {
  const isUnknown = () => false;
  const absent = { news: { filePath: '/nowhere/x.img' }, olds: {}, isUnknown };
  expect((await imageAdapter.defaults?.(absent))?.failures).toMatchObject([
    { property: 'filePath' },
  ]);
  const wrong = { news: { filePath, contentSha512: '0'.repeat(128) }, olds: {}, isUnknown };
  expect((await imageAdapter.defaults?.(wrong))?.failures).toMatchObject([
    { property: 'contentSha512' },
  ]);
});

const missing = toolMissing('qemu-img');
if (missing !== null) {
  notRun('volume-backed images with qcow2', missing);
} else {
  test('where the driver clones, images are volume-backed, their volumes clones', async () => {
    const type = await stage.make(volumeTypeAdapter, {
      name: 'cow',
      isPublic: true,
      extraSpecs: { volume_backend_name: 'qcow2' },
    });
    const source = { name: 'src', sizeGib: 1, volumeType: 'cow' };
    const volume = await stage.make(volumeAdapter, source);
    const asked = { name: 'img', volumeId: volume.id, volumeBacked: 'required' };
    const image = await stage.make(imageAdapter, asked);
    expect(image.values).toMatchObject({ isVolumeBacked: true, status: 'active' });
    const clone = await stage.make(volumeAdapter, { name: 'clone', imageId: image.id });
    expect(clone.values).toMatchObject({ bytes: 'cloned', sizeGib: 1, imageId: image.id });
    const copied = {
      name: 'img2',
      volumeId: volume.id,
      volumeBacked: 'required',
      diskFormat: 'qcow2',
    };
    await expect(stage.make(imageAdapter, copied)).rejects.toThrow(/not volume-backed/);
    const { images } = (await stage.connection.call(imageRoutes.listImages)).body;
    const copy = images.find(({ name }) => name === 'img2');
    expect(copy?.status).toBe('active');
    await stage.connection.call(imageRoutes.deleteImage, { params: { id: copy?.id ?? '' } });
    for (const state of [clone, volume]) await stage.remove(volumeAdapter, state);
    await stage.remove(imageAdapter, image);
    await stage.remove(volumeTypeAdapter, type);
  });
}
