// The life of a resource of every noun on a real engine, under Terraform's own rules: made,
// altered, replaced, imported, changed behind the provider's back, gone, removed.
import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogue } from '../../../schema/catalogue';
import { Claims } from '../../../provider/reconcile-claims';
import { QuotaForecast } from '../../../provider/reconcile-quota';
import { adapterOf } from '../../../provider/resources/adapters';
import { resourceMethods } from '../../../provider/terraform/resources/resource-methods';
import type { Life } from '../../../provider/terraform/resources/life';
import { typeNameOf } from '../../../provider/terraform/schema/names';
import type { ResourceFace } from '../../../provider/terraform/schema/resource-face';
import { resourceFaces } from '../../../provider/terraform/schema/resource-face';
import type { TfObject, TfValue } from '../../../provider/terraform/values/tf-value';
import { Stage } from '../../provider/stage';
import { removeFolder, tempFolder } from '../../support/temp-folder';
import { TerraformCore } from '../../support/terraform-core';

jest.setTimeout(60_000);

let stage: Stage;
let folder: string;
let life: Life;
/** A volume with bytes that others are made from, and another one. */
const base = { one: '', other: '' };

beforeAll(async () => {
  stage = await Stage.open();
  folder = await tempFolder();
  life = lifeOf(stage);
  const made = ['one', 'other'].map((name) =>
    stage.make(adapterOf('volume'), { name, sizeGib: 1 }).then(({ id }) => id),
  );
  [base.one, base.other] = (await Promise.all(made)) as [string, string];
});

afterAll(async () => {
  await stage.close();
  await removeFolder(folder);
});

function lifeOf({ session }: Stage): Life {
  const claims = new Claims();
  return {
    isConfigured: true,
    forecast: new QuotaForecast(),
    open: async ({ signal }, warn) => ({ ...session, claims, signal, warn }),
    originOf: async (typeName, name) => ({ address: `${typeName}/${name}`, owner: 'test' }),
  };
}

function faceFor(noun: string): ResourceFace {
  const face = resourceFaces().find(({ typeName }) => typeName === typeNameOf(noun));
  if (!face) throw new Error(`no face for ${noun}`);
  return face;
}

function coreFor(noun: string, given = life): TerraformCore {
  const face = faceFor(noun);
  return new TerraformCore(face, resourceMethods(face, given));
}

/** What is done with a thing of one noun. */
interface Case {
  readonly first: () => Promise<TfObject>;
  /** Altered in place. */
  readonly second: Readonly<Record<string, TfValue>>;
  /** Replaces it; null where nothing does. */
  readonly third: (() => Promise<TfObject>) | null;
}

const file = (text: string) => async (): Promise<string> => {
  const path = join(folder, 'disk.raw');
  await writeFile(path, Buffer.alloc(512 * 1024, text));
  return path;
};

const cases: Readonly<Record<string, Case>> = {
  'volume-type': {
    first: async () => ({ name: 'tf-gold', extra_specs: { 'x:a': '1' } }),
    second: { description: 'd', extra_specs: { 'x:b': '2' } },
    third: null,
  },
  volume: {
    first: async () => ({ name: 'tf-volume', size_gib: 1, metadata: { k: 'v', l: 'm' } }),
    second: { size_gib: 2, description: 'd', metadata: { k: 'w' } },
    third: async () => ({ source_volume_id: base.one }),
  },
  snapshot: {
    first: async () => ({ name: 'tf-snapshot', volume_id: base.one, metadata: { k: 'v' } }),
    second: { name: 'tf-renamed', metadata: null },
    third: async () => ({ volume_id: base.other }),
  },
  backup: {
    first: async () => ({ name: 'tf-backup', volume_id: base.one, timeouts: { create: '5m' } }),
    second: { description: 'd', timeouts: { create: '300s' } },
    third: async () => ({ volume_id: base.other }),
  },
  image: {
    first: async () => ({ name: 'tf-image', file_path: await file('one')(), tags: ['b', 'a'] }),
    second: { tags: ['a', 'c'], properties: { p: 'q' }, min_disk_gib: 1 },
    third: async () => ({ file_path: await file('two')() }),
  },
};

test('every noun has its case', () => {
  expect(Object.keys(cases).sort()).toEqual(catalogue.map(({ noun }) => noun).sort());
});

describe.each(Object.entries(cases))('%s', (noun, { first, second, third }) => {
  const adapter = adapterOf(noun);
  const idOf = (core: TerraformCore): string => String(core.value['id']);

  test('is made, altered in place, replaced and removed, each time as planned', async () => {
    const core = coreFor(noun);
    let program: TfObject = await first();
    expect(await core.converge(program)).toBe('create');
    await expectSettled(core, program);
    const id = idOf(core);
    program = { ...program, ...second };
    const change = await core.plan(program);
    expect(change.action).toBe('update');
    expect(await core.apply(change)).toEqual([]);
    expect(idOf(core)).toBe(id);
    await expectSettled(core, program);
    if (third) {
      program = { ...program, ...(await third()) };
      expect(await core.converge(program)).toBe('replace');
      expect(idOf(core)).not.toBe(id);
      expect(await adapter.observe(stage.scope, id)).toBeNull();
      await expectSettled(core, program);
    }
    const last = idOf(core);
    expect(await core.converge(null)).toBe('delete');
    expect(await adapter.observe(stage.scope, last)).toBeNull();
  });

  test('is imported by id and by name, with nothing to change after it', async () => {
    const core = coreFor(noun);
    const program = await first();
    await core.converge(program);
    const { timeouts: _bounds, file_path: path, ...told } = program;
    for (const text of [idOf(core), String(program['name']), `name=${String(program['name'])}`]) {
      const imported = coreFor(noun);
      await imported.import(text);
      expect(idOf(imported)).toBe(idOf(core));
      expect((await imported.plan(told)).action).toBe('none');
      const least = 'volume_id' in told ? { volume_id: told['volume_id'] ?? null } : {};
      expect((await imported.plan(least)).action).toBe('none');
      if (path === undefined) continue;
      const change = await imported.plan({ ...told, file_path: path });
      expect(change.action).toBe('update');
      expect(await imported.apply(change)).toEqual([]);
      await expectSettled(imported, { ...told, file_path: path });
    }
    const twin = coreFor(noun);
    const isUnique = adapter.unique.includes('name');
    if (!isUnique) {
      await twin.converge(program);
      await expect(coreFor(noun).import(`name=${String(program['name'])}`)).rejects.toThrow(
        /There are 2 of the name .* by its id/,
      );
      await twin.converge(null);
    }
    await expect(coreFor(noun).import('no such thing')).rejects.toThrow(/There is no .*no such/);
    await core.converge(null);
  });

  test('shows and heals what was changed behind its back; what is gone is made anew', async () => {
    const core = coreFor(noun);
    const program: TfObject = { ...(await first()), description: null };
    await core.converge(program);
    const observed = await adapter.observe(stage.scope, idOf(core));
    const aspect = adapter.aspects.find(({ fields }) => fields.includes('name'));
    if (!observed || !aspect) throw new Error('nothing to change');
    const desired = { name: 'tf-drifted' };
    await aspect.apply(stage.scope, { observed, desired, fields: ['name'], dropped: {} });
    await core.refresh();
    expect(core.value['name']).toBe('tf-drifted');
    expect((await core.plan({ ...program, name: null })).action).toBe('none');
    expect(await core.converge(program)).toBe('update');
    const healed = await adapter.observe(stage.scope, idOf(core));
    expect(healed?.inputs['name']).toBe(program['name']);
    await stage.remove(adapter, { id: idOf(core), values: {}, memory: memoryOfNobody });
    await core.refresh();
    expect(core.held).toBeNull();
    expect(await core.converge(program)).toBe('create');
    await core.converge(null);
  });
});

const memoryOfNobody = {
  owned: { names: [], keys: {} },
  spellings: {},
  isComplete: true,
  holder: null,
};

/** Nothing is left to do, before and after a look at the service. */
async function expectSettled(core: TerraformCore, program: TfObject): Promise<void> {
  expect((await core.plan(program)).action).toBe('none');
  await core.refresh();
  expect((await core.plan(program)).action).toBe('none');
}

test('what means the same is no change: a type by its id, things that are empty', async () => {
  const type = coreFor('volume-type');
  await type.converge({ name: 'tf-spelled', description: '', extra_specs: {} });
  await expectSettled(type, { name: 'tf-spelled', description: '', extra_specs: {} });
  const core = coreFor('volume');
  const program = { name: 'spelled', size_gib: 1, metadata: {}, description: '' };
  await core.converge({ ...program, volume_type: 'tf-spelled' });
  await expectSettled(core, { ...program, volume_type: 'tf-spelled' });
  await expectSettled(core, { ...program, volume_type: type.value['id'] ?? null });
  expect(core.value['volume_type']).toBe('tf-spelled');
  await expectSettled(core, { name: 'spelled', size_gib: 1 });
  const other = coreFor('volume');
  const byId = { ...program, volume_type: type.value['id'] ?? null };
  await other.converge(byId);
  expect(other.value['volume_type']).toBe(type.value['id']);
  await expectSettled(other, byId);
  const image = coreFor('image');
  const empty = { name: 'spelled', file_path: await file('x')(), tags: [], properties: {} };
  await image.converge(empty);
  await expectSettled(image, empty);
  for (const one of [image, other, core, type]) await one.converge(null);
});

test('a file that is gone is no reason to refuse a plan that does not need it', async () => {
  const core = coreFor('image');
  const path = join(folder, 'passing.raw');
  await writeFile(path, 'passing');
  const program = { name: 'passing', file_path: path };
  await core.converge(program);
  await unlink(path);
  const change = await core.plan({ ...program, tags: ['t'] });
  expect(change.action).toBe('update');
  const [told, ...others] = change.diagnostics;
  expect(told?.detail).toMatch(/file_path .* cannot be read: there is no such file/);
  expect(told?.attribute?.steps).toEqual([{ attributeName: 'file_path' }]);
  expect(others).toEqual([]);
  expect(await core.apply(change)).toEqual([]);
  await expect(core.plan({ ...program, disk_format: 'qcow2' })).rejects.toThrow(/no such file/);
  const elsewhere = { ...program, file_path: join(folder, 'nowhere.raw') };
  await expect(core.plan(elsewhere)).rejects.toThrow(/nowhere\.raw cannot be read/);
  await core.converge(null);
});

test('a half-done thing is kept as tainted with the words of the service', async () => {
  const core = coreFor('image');
  const path = join(folder, 'no.qcow2');
  await writeFile(path, 'these bytes are raw');
  const errors = await core.apply(await core.plan({ name: 'half', file_path: path }));
  expect(errors.map(({ detail }) => detail).join()).toMatch(/its content is raw/);
  expect(core.held?.isTainted).toBe(true);
  expect(core.value).toMatchObject({ name: 'half', status: 'queued', file_path: path });
  const id = core.value['id'];
  expect(await core.converge({ name: 'half', file_path: await file('y')() })).toBe('replace');
  expect(core.value['id']).not.toBe(id);
  const refused = await core.apply(
    await core.plan({ name: 'half', file_path: await file('y')(), protected: true }),
  );
  expect(refused).toEqual([]);
  const kept = await core.apply(await core.plan(null));
  expect(kept.map(({ detail }) => detail).join()).toMatch(/Set protected to false/);
  expect(core.value['status']).toBe('active');
  await core.converge({ name: 'half', file_path: await file('y')() });
  expect(core.value['protected']).toBe(true);
  await core.converge({ name: 'half', file_path: await file('y')(), protected: false });
  await core.converge(null);
});

test('a retype that is refused keeps what went before it, and the next plan goes on', async () => {
  const core = coreFor('volume');
  await core.converge({ name: 'moving', size_gib: 1 });
  const wanted = { name: 'moved', size_gib: 2, volume_type: 'tf-nowhere' };
  const errors = await core.apply(await core.plan(wanted));
  expect(errors.map(({ detail }) => detail).join()).toMatch(/tf-nowhere/);
  expect(core.held?.isTainted).toBe(false);
  expect(core.value).toMatchObject({ name: 'moved', volume_type: '__DEFAULT__' });
  expect(await core.converge({ name: 'moved', size_gib: 2 })).toBe('update');
  expect(await core.converge(null)).toBe('delete');
});

test('twins of one program that say the same are two things', async () => {
  const twins = [coreFor('volume'), coreFor('volume'), coreFor('volume')];
  const program = { name: 'twin', size_gib: 1 };
  await Promise.all(twins.map((core) => core.converge(program)));
  expect(new Set(twins.map((core) => core.value['id'])).size).toBe(3);
  await Promise.all(twins.map((core) => core.converge(null)));
});

test('what goes beyond the quota is told at the plan', async () => {
  // A process warns once of each quota.
  const fresh = lifeOf(stage);
  const cores = Array.from({ length: 12 }, () => coreFor('volume', fresh));
  const plans = await Promise.all(cores.map((core) => core.plan({ size_gib: 1 })));
  const told = plans.flatMap(({ diagnostics }) => diagnostics);
  expect(told.map(({ summary }) => summary)).toEqual(['Quota too small']);
});
