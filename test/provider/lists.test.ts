// Lists of every noun on a real engine: all things are there, whatever the hints, page after page.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogue } from '../../schema/catalogue';
import { adapterOf } from '../../provider/resources/adapters';
import type { Adapter, Observed, Scope, Values } from '../../provider/resources/adapter';
import { plainPairs, plainText } from '../../provider/resources/narrowed-pages';
import type { Connection } from '../../provider/client/connection';
import { requestFaults } from '../../schema/faults';
import { freshFolder } from '../engine/running-engine';
import { Stage } from './stage';

let stage: Stage;
const made = new Map<string, string[]>();

const keep = async (noun: string, inputs: Values): Promise<string> => {
  const { id } = await stage.make(adapterOf(noun), inputs);
  made.set(noun, [...(made.get(noun) ?? []), id]);
  return id;
};

beforeAll(async () => {
  stage = await Stage.open();
  const filePath = join(await freshFolder(), 'disk.img');
  await writeFile(filePath, randomBytes(1 << 16));
  await keep('volume-type', { name: 'gold', extraSpecs: { 'own:a': '1' } });
  const volumeId = await keep('volume', { name: 'one', sizeGib: 1, metadata: { k: 'v', n: '1' } });
  await keep('volume', { name: "O'Neill, 12", sizeGib: 2, volumeType: 'gold' });
  await keep('volume', { name: '12', sizeGib: 1, sourceVolumeId: volumeId });
  await keep('snapshot', { name: 's-1', volumeId, metadata: { k: 'v' } });
  await keep('snapshot', { name: 'None', volumeId });
  await keep('backup', { name: 'b-1', volumeId, metadata: { k: 'v' } });
  for (const name of ['i-1', 'in:a,b', 'i-3']) await keep('image', { name, filePath });
});

afterAll(() => stage.close());

async function listed(adapter: Adapter, hints: Values = {}, scope: Scope = stage.scope) {
  const found: Observed[] = [];
  for await (const one of adapter.list(scope, hints)) found.push(one);
  return found;
}

describe.each(catalogue.map(({ noun }) => noun))('%s', (noun) => {
  const adapter = adapterOf(noun);

  it('lists everything that was made, as showing it by itself does', async () => {
    const all = await listed(adapter);
    for (const id of made.get(noun) ?? []) {
      const one = all.find((each) => each.id === id);
      const shown = await adapter.observe(stage.scope, id);
      expect(one?.inputs).toEqual(shown?.inputs);
      expect(one?.spellings).toEqual(shown?.spellings);
      expect(shown?.outputs).toMatchObject(one?.outputs ?? {});
    }
    expect(made.get(noun)?.length).toBeGreaterThan(0);
  });

  it('finds a thing by the hints of its own values, whatever its name looks like', async () => {
    for (const one of await listed(adapter)) {
      const ids = (await listed(adapter, { ...one.inputs, ...one.outputs })).map(({ id }) => id);
      expect(ids).toContain(one.id);
    }
  });

  it('follows pages to the end', async () => {
    const connection = inSmallPages(stage.connection);
    const ids = (await listed(adapter, {}, { ...stage.scope, connection })).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.sort()).toEqual((await listed(adapter)).map(({ id }) => id).sort());
  });

  it('lists all of it where the service refuses filters', async () => {
    const connection = withoutFilters(stage.connection);
    const hints = { name: 'one', status: 'available', metadata: { k: 'v' } };
    const ids = (await listed(adapter, hints, { ...stage.scope, connection })).map(({ id }) => id);
    expect(ids.sort()).toEqual((await listed(adapter)).map(({ id }) => id).sort());
  });
});

it('leaves to showing a volume how it got its bytes, where the service tells', async () => {
  const [one] = await listed(adapterOf('volume'));
  expect(one?.outputs).not.toHaveProperty('bytes');
});

it('lets the service narrow by what it reads as it is meant', async () => {
  const names = async (hints: Values) =>
    (await listed(adapterOf('volume'), hints)).map(({ inputs }) => inputs['name']);
  expect(await names({ name: 'one' })).toEqual(['one']);
  expect(await names({ metadata: { k: 'v', n: '1' } })).toEqual(['one']);
  expect(await names({ status: 'error' })).toEqual([]);
  expect(await names({ name: '12' })).toHaveLength(3);
  expect(['a b', 'None', 'in:a', '12', "o'b", 'x ', ''].map(plainText)).toEqual([
    'a b',
    ...Array.from({ length: 6 }, () => undefined),
  ]);
  expect(plainPairs({})).toBeUndefined();
  expect(plainPairs({ a: "'" })).toBeUndefined();
});

type Pages = Connection['pages'];

/** The same connection with lists of another kind. */
function withPages(connection: Connection, pages: Pages): Connection {
  return new Proxy(connection, {
    get: (target, key) => {
      const held: unknown = Reflect.get(target, key);
      if (key === 'pages') return pages;
      return typeof held === 'function' ? held.bind(target) : held;
    },
  });
}

function inSmallPages(connection: Connection): Connection {
  return withPages(connection, (route, request) =>
    connection.pages(route, { ...request, pageSize: 1 }),
  );
}

function withoutFilters(connection: Connection): Connection {
  return withPages(connection, (route, request) => {
    const { is_public: _public, ...filters } = { ...request?.query };
    if (Object.values(filters).some((value) => value !== undefined)) {
      throw requestFaults.invalidInput({ reason: 'Invalid filters are found in query options.' });
    }
    return connection.pages(route, request);
  });
}
