// Lists: pages, order, filters, counts, links, and what each microversion shows.
import { updateVolume } from '../../bundled-engine/records/volumes';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { EngineUnderTest } from './engine-under-test';

let under: EngineUnderTest;
let ids: string[] = [];

interface Named {
  readonly id: string;
  readonly name: string;
}

beforeAll(async () => {
  under = await engineUnderTest();
  await under.admin.call('PUT', `/os-quota-sets/${under.member.projectId}`, {
    quota_set: { volumes: 100 },
  });
  ids = [];
  for (const [index, name] of ['delta', 'alpha', 'charlie', 'bravo', 'echo_1%'].entries()) {
    const metadata = { parity: index % 2 === 0 ? 'even' : 'odd', "quote's": 'a"b' };
    ids.push((await madeVolume(under, { name, metadata, size: 1 + (index % 2) })).id);
  }
});

afterAll(() => under.stop());

async function names(query: string, version = '3.70'): Promise<string[]> {
  const answer = await under.member.call('GET', `/volumes?${query}`, undefined, { version });
  expect(answer.status).toBe(200);
  return answer.body.volumes.map((volume: Named) => volume.name);
}

describe('order', () => {
  it('is newest first, unless asked otherwise', async () => {
    expect(await names('')).toEqual(['echo_1%', 'bravo', 'charlie', 'alpha', 'delta']);
    expect(await names('sort=name:asc')).toEqual(['alpha', 'bravo', 'charlie', 'delta', 'echo_1%']);
    expect(await names('sort=size:desc,name')).toEqual([
      'bravo',
      'alpha',
      'echo_1%',
      'delta',
      'charlie',
    ]);
    expect(await names('sort_key=name&sort_dir=asc')).toEqual(await names('sort=name:asc'));
    expect(await names('sort_dir=asc')).toEqual(['delta', 'alpha', 'charlie', 'bravo', 'echo_1%']);
  });
});

describe('pages', () => {
  it.each(['', 'sort=name:asc', 'sort=size:asc,name:desc', 'status=available'])(
    'follow each other by their links: %s',
    async (query) => {
      const seen: string[] = [];
      let path: string | null = `/volumes?limit=2&${query}`;
      while (path !== null) {
        const { body } = await under.member.call('GET', path);
        expect(body.volumes.length).toBeLessThanOrEqual(2);
        seen.push(...body.volumes.map((volume: Named) => volume.name));
        const next: string | undefined = body.volumes_links?.[0].href;
        path = next === undefined ? null : next.slice(next.indexOf('/volumes?'));
      }
      expect(seen).toEqual(await names(query));
    },
  );

  it('may be empty, may begin later, and count everything', async () => {
    expect(await names('limit=0')).toEqual([]);
    expect(await names('offset=3')).toEqual(['alpha', 'delta']);
    expect(await names(`marker=${ids[1]}`)).toEqual(['delta']);
    const { body } = await under.member.call('GET', '/volumes?limit=1&with_count=true');
    expect(body.count).toBe(5);
    const old = await under.member.call('GET', '/volumes?with_count=true', undefined, {
      version: '3.44',
    });
    expect(old.body.count).toBeUndefined();
  });
});

describe('filters', () => {
  it('narrow by name, status, size, metadata, boot and time', async () => {
    expect(await names('name=alpha')).toEqual(['alpha']);
    expect(await names('status=error')).toEqual([]);
    expect(await names('size=2')).toEqual(['bravo', 'alpha']);
    expect(await names(`metadata=${encodeURIComponent("{'parity': 'odd'}")}`)).toEqual([
      'bravo',
      'alpha',
    ]);
    expect(await names(`metadata=${encodeURIComponent('{"parity": "odd"}')}`)).toEqual([
      'bravo',
      'alpha',
    ]);
    const quoted = encodeURIComponent(`{"quote's": 'a"b'}`);
    expect(await names(`metadata=${quoted}&limit=1`)).toEqual(['echo_1%']);
    expect(await names('bootable=true')).toEqual([]);
    expect(await names('bootable=whatever', '3.1')).toHaveLength(5);
    expect(await names('availability_zone=mars')).toEqual([]);
    expect(await names('created_at=gt:2020-01-01T00:00:00,lt:2021-01-01T00:00:00')).toEqual([]);
    expect(await names('created_at=gt:2020-01-01T00:00:00')).toHaveLength(5);
    expect(await names('consumes_quota=false')).toEqual([]);
    expect(await names('consumes_quota=true')).toHaveLength(5);
  });

  it('match parts of text from 3.34 on, without wild cards', async () => {
    expect(await names('name~=l')).toEqual(['charlie', 'alpha', 'delta']);
    expect(await names(`name~=${encodeURIComponent('_1%')}`)).toEqual(['echo_1%']);
    expect(await names(`name~=${encodeURIComponent('%')}`)).toEqual(['echo_1%']);
    // Before that the key is one that nobody knows, and is passed over.
    expect(await names('name~=l', '3.30')).toHaveLength(5);
  });
});

describe('microversions', () => {
  const since = {
    group_id: 13,
    shared_targets: 48,
    service_uuid: 48,
    volume_type_id: 63,
    consumes_quota: 65,
  };

  it.each([0, 12, 13, 47, 48, 62, 63, 64, 65, 70])('3.%i shows what it has', async (minor) => {
    const version = `3.${minor}`;
    const answer = await under.member.call('GET', `/volumes/${ids[0]}`, undefined, { version });
    for (const [key, from] of Object.entries(since)) {
      expect([key, key in answer.body.volume]).toEqual([key, minor >= from]);
    }
    expect(answer.headers.get('OpenStack-API-Version')).toBe(`volume ${version}`);
  });

  it.each([
    ['/messages', '3.2', '3.3'],
    ['/volumes/summary', '3.11', '3.12'],
    ['/resource_filters', '3.32', '3.33'],
  ])('%s is there from %s on', async (path, before, from) => {
    const get = (version: string) => under.member.call('GET', path, undefined, { version });
    expect((await get(before)).status).toBe(404);
    expect((await get(from)).status).toBe(200);
  });

  it('take latest, none, and a URL without a project', async () => {
    const latest = await under.member.call('GET', '/volumes', undefined, { version: 'latest' });
    expect(latest.headers.get('OpenStack-API-Version')).toBe('volume 3.70');
    const none = await under.member.call('GET', '/volumes', undefined, { version: null });
    expect(none.headers.get('OpenStack-API-Version')).toBe('volume 3.0');
    expect((await under.member.request('/volume/v3/volumes')).body.volumes).toHaveLength(5);
  });
});

describe('metadata', () => {
  it('is added to, replaced, read and removed by key, guarded by its ETag', async () => {
    const { member } = under;
    const path = `/volumes/${ids[2]}/metadata`;
    const put = await member.call('PUT', path, { metadata: { a: '1' } });
    expect(put.body).toEqual({ metadata: { a: '1' } });
    await member.call('POST', path, { metadata: { b: '2' } });
    const read = await member.call('GET', path);
    expect(read.body).toEqual({ metadata: { a: '1', b: '2' } });
    const etag = read.headers.get('Etag') ?? '';
    expect(etag).toMatch(/^[0-9a-f]{32}$/);
    const known = await member.call('GET', path, undefined, { headers: { 'If-None-Match': etag } });
    expect(known.status).toBe(304);
    expect((await member.call('PUT', `${path}/a`, { meta: { a: '9' } })).body).toEqual({
      meta: { a: '9' },
    });
    const stale = await member.call(
      'PUT',
      path,
      { metadata: {} },
      { headers: { 'If-Match': etag } },
    );
    expect(stale.status).toBe(412);
    expect((await member.call('PUT', `${path}/a`, { meta: { b: '9' } })).status).toBe(400);
    expect((await member.call('GET', `${path}/a`)).body).toEqual({ meta: { a: '9' } });
    expect((await member.call('DELETE', `${path}/a`)).status).toBe(200);
    expect((await member.call('DELETE', `${path}/a`)).status).toBe(404);
    expect((await member.call('GET', `${path}/toString`)).status).toBe(404);
    await updateVolume(under.engine.parts.database, ids[2] ?? '', { status: 'uploading' });
    expect((await member.call('PUT', path, { metadata: {} })).status).toBe(400);
    await updateVolume(under.engine.parts.database, ids[2] ?? '', { status: 'available' });
  });

  it('shows the readonly flag, and image metadata in its own place', async () => {
    const { member } = under;
    const act = (body: unknown) => member.call('POST', `/volumes/${ids[3]}/action`, body);
    expect((await act({ 'os-update_readonly_flag': { readonly: true } })).status).toBe(202);
    expect((await act({ 'os-set_bootable': { bootable: 'True' } })).status).toBe(200);
    const set = await act({ 'os-set_image_metadata': { metadata: { os: 'linux' } } });
    expect(set.body).toEqual({ metadata: { os: 'linux' } });
    const { volume } = (await member.call('GET', `/volumes/${ids[3]}`)).body;
    expect(volume).toMatchObject({
      bootable: 'true',
      metadata: { readonly: 'True' },
      volume_image_metadata: { os: 'linux' },
    });
    expect((await act({ 'os-show_image_metadata': null })).body).toEqual(set.body);
    expect((await act({ 'os-unset_image_metadata': { key: 'os' } })).status).toBe(200);
    expect((await act({ 'os-unset_image_metadata': { key: 'os' } })).status).toBe(404);
  });
});

describe('types', () => {
  it('are private to the projects that were given access', async () => {
    const { admin, member } = under;
    const type = { name: 'private', 'os-volume-type-access:is_public': false };
    const made = await admin.call('POST', '/types', { volume_type: type });
    const path = `/types/${made.body.volume_type.id}`;
    expect((await member.call('GET', path)).status).toBe(404);
    const create = () =>
      member.call('POST', '/volumes', { volume: { size: 1, volume_type: 'private' } });
    expect((await create()).status).toBe(404);
    const access = (action: string) =>
      admin.call('POST', `${path}/action`, { [action]: { project: member.projectId } });
    expect((await access('addProjectAccess')).status).toBe(202);
    expect((await access('addProjectAccess')).status).toBe(409);
    expect((await admin.call('GET', `${path}/os-volume-type-access`)).body).toEqual({
      volume_type_access: [
        { volume_type_id: made.body.volume_type.id, project_id: member.projectId },
      ],
    });
    expect((await member.call('GET', path)).status).toBe(200);
    const volume = await create();
    expect(volume.status).toBe(202);
    await under.idle();
    expect((await admin.call('DELETE', path)).status).toBe(400);
    await member.call('DELETE', `/volumes/${volume.body.volume.id}`);
    await under.idle();
    expect((await access('removeProjectAccess')).status).toBe(202);
    expect((await access('removeProjectAccess')).status).toBe(404);
    const listed = async (query: string): Promise<string[]> =>
      (await admin.call('GET', `/types${query}`)).body.volume_types.map((each: Named) => each.name);
    expect(await listed('')).toEqual(['__DEFAULT__']);
    expect(await listed('?is_public=False')).toEqual(['private']);
    expect(await listed('?is_public=None')).toHaveLength(2);
    expect((await admin.call('DELETE', path)).status).toBe(202);
  });

  it('have extra specs one by one, and the default type stays', async () => {
    const { admin, member } = under;
    const made = await admin.call('POST', '/types', { volume_type: { name: 'specs' } });
    const path = `/types/${made.body.volume_type.id}`;
    const specs = `${path}/extra_specs`;
    const add = await admin.call('POST', specs, { extra_specs: { 'a:b': 'c', d: 'e' } });
    expect(add.body).toEqual({ extra_specs: { 'a:b': 'c', d: 'e' } });
    expect((await admin.call('PUT', `${specs}/d`, { d: 'f' })).body).toEqual({ d: 'f' });
    expect((await admin.call('PUT', `${specs}/d`, { x: 'f' })).status).toBe(400);
    expect((await admin.call('GET', `${specs}/d`)).body).toEqual({ d: 'f' });
    expect((await member.call('GET', specs)).body).toEqual({ extra_specs: {} });
    expect((await admin.call('DELETE', `${specs}/d`)).status).toBe(202);
    expect((await admin.call('GET', `${specs}/d`)).status).toBe(404);
    const change = { volume_type: { name: 'renamed', description: 'd', is_public: false } };
    expect((await admin.call('PUT', path, change)).body.volume_type).toMatchObject({
      name: 'renamed',
      description: 'd',
      is_public: false,
    });
    const byDefault = await admin.call('GET', '/types/default');
    expect(byDefault.body.volume_type.name).toBe('__DEFAULT__');
    const kept = await admin.call('DELETE', `/types/${byDefault.body.volume_type.id}`);
    expect(kept.status).toBe(400);
    await admin.call('DELETE', path);
  });
});
