// Lists of things as `terraform query` asks for them, on a real engine.
import { volumeAdapter } from '../../../provider/resources/volume';
import type { Session } from '../../../provider/reconcile';
import type { DynamicValue } from '../../../provider/terraform/protocol/generated/tfplugin6';
import type { Life } from '../../../provider/terraform/resources/life';
import {
  listMethods,
  listResources,
} from '../../../provider/terraform/list-resources/list-resources';
import { resourceFaces } from '../../../provider/terraform/schema/resource-face';
import { decodeValue, encodeValue } from '../../../provider/terraform/values/dynamic-value';
import type { TfObject } from '../../../provider/terraform/values/tf-value';
import { objectOf, UNKNOWN } from '../../../provider/terraform/values/tf-value';
import { notRun } from '../../support/not-run';
import { readAsTerraform } from '../../support/read-as-terraform';
import { Stage } from '../../provider/stage';

let stage: Stage;
const ids: string[] = [];
const call = { signal: new AbortController().signal };
const typeName = 'cinderkit_volume';

beforeAll(async () => {
  stage = await Stage.open();
  for (const [name, sizeGib] of [
    ['a-1', 1],
    ['a-2', 2],
    ['b-1', 1],
  ] as const) {
    ids.push((await stage.make(volumeAdapter, { name, sizeGib })).id);
  }
});

afterAll(() => stage.close());

const methods = (open: Life['open'] = async () => stage.session) => {
  const list = listResources().find((each) => each.typeName === typeName);
  if (!list) throw new Error('volumes have no list');
  return listMethods(list, { open });
};

const ask = (config: TfObject, more: { whole?: boolean; limit?: number } = {}) => ({
  typeName,
  config: encodeValue(config),
  includeResourceObject: more.whole ?? false,
  limit: more.limit ?? 0,
});

async function listed(config: TfObject, more: { whole?: boolean; limit?: number } = {}) {
  const found = [];
  for await (const event of methods().list(ask(config, more), call)) {
    expect(event.diagnostic).toEqual([]);
    found.push({
      ...objectOf(decodeValue(event.identity?.identityData)),
      name: event.displayName,
      object: event.resourceObject && wholeObject(event.resourceObject),
    });
  }
  return found;
}

const wholeObject = (object: DynamicValue) => {
  const face = resourceFaces().find((each) => each.typeName === typeName);
  if (!face) throw new Error('volumes have no face');
  return objectOf(readAsTerraform(object, face.schema));
};

it('has one for every noun, whose filters all may be left out', () => {
  expect(listResources().map((list) => list.typeName)).toEqual(
    resourceFaces().map((face) => face.typeName),
  );
  for (const { schema } of listResources()) {
    const attributes = schema.block?.attributes ?? [];
    expect(attributes.map(({ name }) => name)).toContain('name_regex');
    expect(attributes.every(({ optional, computed }) => optional && !computed)).toBe(true);
  }
});

it('tells identity and name of each, narrowed by filters and bounded', async () => {
  const all = await listed({});
  expect(all.map(({ name }) => name).sort()).toEqual(['a-1', 'a-2', 'b-1']);
  expect(all[0]).toEqual({ id: expect.any(String), name: 'b-1', object: undefined });
  expect(await listed({ name_regex: '^a', size_gib: 2 })).toMatchObject([{ id: ids[1] }]);
  expect(await listed({ bytes: 'blank' })).toHaveLength(3);
  expect(await listed({ bytes: 'cloned' })).toEqual([]);
  expect(await listed({}, { limit: 2 })).toHaveLength(2);
});

it('includes the whole resource where that is asked for', async () => {
  const [one] = await listed({ name: 'a-2' }, { whole: true });
  const face = resourceFaces().find((each) => each.typeName === typeName);
  const names = face?.attributes.map(({ name }) => name) ?? [];
  expect(Object.keys(one?.object ?? {}).sort()).toEqual([...names, 'timeouts'].sort());
  expect(one?.object).toMatchObject({ id: ids[1], size_gib: 2, bytes: 'blank', timeouts: null });
});

it('stops paging when the reader leaves', async () => {
  for await (const { displayName } of methods().list(ask({}), call)) {
    expect(displayName).toBe('b-1');
    break;
  }
});

it('refuses what can never be found, and nothing that is not known yet', async () => {
  const paths = async (config: TfObject) => {
    const { config: sent } = ask(config);
    const { diagnostics } = await methods().validate({
      typeName,
      config: sent,
      includeResourceObject: undefined,
      limit: undefined,
    });
    return diagnostics.map(({ attribute }) => attribute?.steps[0]?.attributeName);
  };
  expect(await paths({ name_regex: '[' })).toEqual(['name_regex']);
  expect(await paths({ size_gib: 0 })).toEqual(['size_gib']);
  expect(await paths({ size_gib: UNKNOWN, name_regex: UNKNOWN })).toEqual([]);
});

it('ends in a diagnostic where the cloud cannot be asked, after what was found', async () => {
  const away: Life['open'] = async () => {
    throw new Error('the cloud is away');
  };
  const events = [];
  for await (const event of methods(away).list(ask({}), call)) events.push(event);
  expect(events).toMatchObject([{ diagnostic: [{ detail: 'the cloud is away' }] }]);
  const warning: Life['open'] = async (_call, warn): Promise<Session> => {
    warn('look out');
    return stage.session;
  };
  const warned = [];
  for await (const event of methods(warning).list(ask({ name: 'none' }), call)) warned.push(event);
  expect(warned).toMatchObject([{ diagnostic: [{ detail: 'look out' }] }]);
});

notRun('terraform query lists things', 'it came with Terraform 1.14; a later one is not here');
