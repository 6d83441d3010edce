// What Identity lists for people who look around: who has which role, and the catalog's services,
// endpoints and regions. Law: it never says other than the catalog does.
import { z } from 'zod';
import type { Engine } from '../../bundled-engine/main';
import { asAdmin, asMember, runEngine, stopEngines } from '../engine/running-engine';
import type { Client } from '../engine/running-engine';

let engine: Engine;
let admin: Client;

beforeAll(async () => {
  engine = await runEngine();
  admin = await asAdmin(engine);
});
afterAll(stopEngines);

describe('role assignments', () => {
  it('are told with names where names are asked for', async () => {
    const shape = z.object({
      role_assignments: z.array(
        z.object({
          role: z.object({ id: z.string(), name: z.string() }),
          user: z.object({ name: z.string(), domain: z.object({ name: z.string() }) }),
          scope: z.record(z.string(), z.record(z.string(), z.unknown())),
        }),
      ),
    });
    const path = '/identity/v3/role_assignments';
    const { json } = await admin.call('GET', `${path}?include_names=True`);
    const told = shape.parse(json).role_assignments;
    expect(told).toContainEqual({
      role: { id: expect.any(String), name: 'member' },
      user: { name: 'member', domain: { name: 'Default' } },
      scope: { project: expect.objectContaining({ name: 'cinderkit' }) },
    });
    expect(told.map(({ scope }) => scope)).toContainEqual({ system: { all: true } });
    const { text } = await admin.call('GET', `${path}?include_names=false`);
    expect(text).not.toContain('"name"');
  });
});

describe('services, endpoints and regions', () => {
  const one = z.looseObject({ id: z.string() });
  const get = async (path: string): Promise<z.output<typeof one>[]> => {
    const { status, json } = await admin.call('GET', `/identity/v3/${path}`);
    expect(status).toBe(200);
    const found = z.looseObject({}).parse(json)[path.split('?', 1)[0] ?? ''];
    return one.array().parse(found);
  };

  it('are those of the catalog', async () => {
    const { json } = await admin.call('GET', '/identity/v3/auth/catalog');
    const { catalog } = z.object({ catalog: z.array(one) }).parse(json);
    expect((await get('services')).map(({ id }) => id)).toEqual(catalog.map(({ id }) => id));
    expect(await get('services?type=image')).toEqual([
      expect.objectContaining({ name: 'glance', enabled: true }),
    ]);
    const publicOnes = await get('endpoints?interface=public');
    expect(publicOnes).toHaveLength(catalog.length);
    expect(publicOnes[0]).toMatchObject({
      url: `${engine.url}/volume/v3/$(project_id)s`,
      service_id: catalog[0]?.id,
      region_id: 'RegionOne',
    });
    expect(await get('regions')).toEqual([expect.objectContaining({ id: 'RegionOne' })]);
  });

  it('are found by id, and are not there otherwise', async () => {
    for (const noun of ['service', 'endpoint', 'region']) {
      const [first] = await get(`${noun}s`);
      const found = await admin.call('GET', `/identity/v3/${noun}s/${first?.id}`);
      expect(found.json).toEqual({ [noun]: first });
      expect((await admin.call('GET', `/identity/v3/${noun}s/none`)).status).toBe(404);
    }
  });

  it('are for administrators, regions for every user', async () => {
    const member = await asMember(engine);
    const asked = ['services', 'endpoints', 'regions'].map((noun) =>
      member.call('GET', `/identity/v3/${noun}`),
    );
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([403, 403, 200]);
  });
});
