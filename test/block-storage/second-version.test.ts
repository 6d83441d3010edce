// Block Storage v2: v3 in its first microversion under a path of its own.
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, EngineUnderTest } from './engine-under-test';

let under: EngineUnderTest;

beforeAll(async () => {
  under = await engineUnderTest();
});

afterAll(() => under.stop());

const json = { 'Content-Type': 'application/json' };

function second(method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
  const { member } = under;
  return member.request(`/volume/v2/${member.projectId}${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : json) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

describe('v2', () => {
  it('is v3 at 3.0, whatever a header asks for, and names no microversion', async () => {
    const { member } = under;
    const { id } = await madeVolume(under);
    const old = await member.call('GET', `/volumes/${id}`, undefined, { version: '3.0' });
    for (const headers of [{}, { 'OpenStack-API-Version': 'volume 3.70' }]) {
      const shown = await second('GET', `/volumes/${id}`, undefined, headers);
      expect(shown.status).toBe(200);
      expect(Object.keys(shown.body.volume)).toEqual(Object.keys(old.body.volume));
      expect(shown.headers.get('openstack-api-version')).toBeNull();
    }
    const odd = await second('GET', '/volumes', undefined, { 'OpenStack-API-Version': 'volume x' });
    expect(odd.status).toBe(200);
    expect((await second('GET', '/messages')).status).toBe(404);
  });

  it('makes, lists, extends and deletes, with links of its own', async () => {
    const body = { volume: { size: 1, name: 'old', unknown_key: 1 } };
    const made = await second('POST', '/volumes', body, { 'OpenStack-API-Version': 'volume 3.70' });
    expect(made.status).toBe(202);
    const { id, links } = made.body.volume;
    expect(links[0].href).toContain(`/volume/v2/${under.member.projectId}/volumes/${id}`);
    await under.idle();
    const page = await second('GET', '/volumes/detail?limit=1');
    expect(page.body.volumes_links[0].href).toContain(`/volume/v2/${under.member.projectId}/`);
    const grown = await second('POST', `/volumes/${id}/action`, { 'os-extend': { new_size: 2 } });
    expect(grown.status).toBe(202);
    await under.idle();
    expect((await second('GET', `/volumes/${id}`)).body.volume.size).toBe(2);
    expect((await second('DELETE', `/volumes/${id}`)).status).toBe(202);
    await under.idle();
  });

  it('is in the catalog and tells what it is', async () => {
    const { member } = under;
    const { body } = await member.request('/identity/v3/auth/catalog');
    const entry = body.catalog.find(({ type }: { type: string }) => type === 'volumev2');
    const expected = `${member.url}/volume/v2/${member.projectId}`;
    expect(entry.endpoints.map(({ url }: { url: string }) => url)).toEqual(Array(3).fill(expected));
    const root = await member.request('/volume/v2/');
    expect(root.body.versions).toMatchObject([{ id: 'v2.0', status: 'DEPRECATED', version: '' }]);
    expect((await member.request('/volume')).body.versions).toMatchObject([{ id: 'v3.0' }]);
  });

  it('is only for the caller’s project, which its paths must name', async () => {
    const { member, stranger } = under;
    expect((await member.request('/volume/v2/volumes')).status).toBe(404);
    expect((await member.request('/volume/v3/volumes')).status).toBe(200);
    const foreign = await member.request(`/volume/v2/${stranger.projectId}/volumes`);
    expect([foreign.status, foreign.body.badRequest.message]).toEqual([
      400,
      'Malformed request url',
    ]);
    const nobody = await fetch(`${member.url}/volume/v2/${member.projectId}/volumes`);
    expect(nobody.status).toBe(401);
  });
});
