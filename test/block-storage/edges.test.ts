// The edges of the API: slashes, full pages, filters by version, and who reports on a snapshot.
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { EngineUnderTest } from './engine-under-test';
import { sample } from './sample';

let under: EngineUnderTest;

beforeAll(async () => {
  under = await engineUnderTest();
});

afterAll(() => under.stop());

describe('paths', () => {
  it('mean nothing with a slash too many', async () => {
    const { member } = under;
    const { id } = await madeVolume(under);
    for (const path of ['/volumes/', '/volumes/detail/', `/volumes/${id}/`, '/volumes/?limit=1']) {
      expect((await member.call('GET', path)).status).toBe(404);
    }
    expect((await member.call('DELETE', `/volumes/${id}/`)).status).toBe(404);
    expect((await member.call('POST', '/volumes/', { volume: { size: 1 } })).status).toBe(404);
    expect((await member.call('GET', `/volumes?name=a/`)).status).toBe(200);
    for (const path of ['/volume/v3/', '/volume/v3', '/identity/v3/', '/image/v2/images/']) {
      expect((await member.request(path)).status).toBe(200);
    }
    expect((await fetch(`${member.url}/volume/v3/${member.projectId}/volumes/`)).status).toBe(401);
  });
});

describe('lists', () => {
  it('link on whenever the page is full, and end with an empty one', async () => {
    const { member } = under;
    await madeVolume(under, { name: 'one' });
    const { body } = await member.call('GET', '/volumes');
    expect(body.volumes_links).toBeUndefined();
    const total: number = body.volumes.length;
    const full = (await member.call('GET', `/volumes?limit=${total}`)).body;
    const next: string = full.volumes_links[0].href;
    const end = await member.request(next.slice(member.url.length));
    expect(end.body).toEqual({ volumes: [] });
    const wide = (await member.call('GET', `/volumes?limit=${total + 1}`)).body;
    expect(wide.volumes_links).toBeUndefined();
    expect((await member.call('GET', '/volumes?limit=0')).body).toEqual({ volumes: [] });
  });

  it('of messages have neither pages nor filters before 3.5', async () => {
    const { admin, member } = under;
    const type = { name: 'nowhere', extra_specs: { volume_backend_name: 'none' } };
    await admin.call('POST', '/types', { volume_type: type });
    const { id } = await madeVolume(under, { volume_type: 'nowhere' });
    await madeVolume(under, { volume_type: 'nowhere' });
    const query = `/messages?limit=1&resource_uuid=${id}&sort=nothing`;
    const old = await member.call('GET', query, undefined, { version: '3.4' });
    expect(old.body.messages).toHaveLength(2);
    expect(old.body.messages_links).toBeUndefined();
    const paged = await member.call('GET', '/messages?limit=1', undefined, { version: '3.5' });
    expect(paged.body.messages).toHaveLength(1);
    expect(paged.body.messages_links).toHaveLength(1);
  });

  it('take only the filters that are told, from 3.31 on, but from administrators', async () => {
    const { admin, member } = under;
    const asked = (version: string, who = member) =>
      who.call('GET', '/volumes?volume_type_id=x&snapshot_id=y', undefined, { version });
    const refused = await asked('3.31');
    expect([refused.status, refused.body.badRequest.message]).toEqual([
      400,
      'Invalid filters volume_type_id,snapshot_id are found in query options.',
    ]);
    expect((await asked('3.30')).status).toBe(200);
    expect((await asked('3.70', admin)).status).toBe(200);
    for (const noun of ['volume', 'snapshot', 'message']) {
      const told = await member.call('GET', `/resource_filters?resource=${noun}`);
      const [{ filters }] = told.body.resource_filters;
      for (const filter of filters as string[]) {
        const value = filter.endsWith('_at') ? 'gt:2020-01-01' : '1';
        const words = filter === 'metadata' ? '{}' : value;
        const answer = await member.call('GET', `/${noun}s?${filter}=${words}`);
        expect([filter, answer.status]).toEqual([filter, 200]);
      }
    }
    const inZone = async (zone: string): Promise<number> =>
      (await member.call('GET', `/snapshots?availability_zone=${zone}`)).body.snapshots.length;
    expect(await inZone('mars')).toBe(0);
    expect(await inZone('nova')).toBe(
      (await member.call('GET', '/snapshots')).body.snapshots.length,
    );
    for (const [query, message] of [
      ['created_at=2020-01-01', 'Invalid 2020-01-01 operator'],
      ['updated_at=gt:yesterday', 'Invalid yesterday value'],
      ['with_count=perhaps', "Value 'perhaps' for 'with_count' is not a boolean."],
    ]) {
      const wrong = await member.call('GET', `/volumes?${query}`);
      expect([wrong.status, wrong.body.badRequest.message]).toEqual([400, message]);
    }
    const all = await member.call('GET', '/resource_filters');
    expect(all.body).toEqual(sample('resource-filters').body);
    const none = await member.call('GET', '/resource_filters?resource=server');
    expect(none.body).toEqual({ resource_filters: [] });
  });
});

it('a snapshot of no volume finds none', async () => {
  const { member } = under;
  const answer = await member.call('POST', '/snapshots', { snapshot: { volume_id: null } });
  expect([answer.status, answer.body.itemNotFound.message]).toEqual([
    404,
    'Volume None could not be found.',
  ]);
  expect((await member.call('POST', '/snapshots', { snapshot: {} })).status).toBe(400);
});

it('a member reports on a snapshot of its own, a reader on none', async () => {
  const { member, reader, stranger } = under;
  const { id } = await madeVolume(under);
  const made = await member.call('POST', '/snapshots', { snapshot: { volume_id: id } });
  await under.idle();
  const path = `/snapshots/${made.body.snapshot.id}/action`;
  const body = { 'os-update_snapshot_status': { status: 'error' } };
  expect((await member.call('POST', path, body)).status).toBe(400);
  expect((await stranger.call('POST', path, body)).status).toBe(404);
  expect((await reader.call('POST', path, body)).status).toBe(403);
});
