// Images whose bytes are a volume, through real HTTP. Laws: only an owner's own volume can be
// registered, only while the image has no bytes; deleting such an image never removes a user's
// volume and always the engine's own.
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { Engine } from '../../bundled-engine/main';
import { driverOf } from '../../bundled-engine/operations/operation-context';
import { removeImage } from '../../bundled-engine/records/images';
import { findVolume, listVolumes } from '../../bundled-engine/records/volumes';
import { asAdmin, asMember, asStranger, runEngine, stopEngines } from '../engine/running-engine';
import type { Client, Reply } from '../engine/running-engine';

const gib = 1024 ** 3;

let engine: Engine;
let member: Client;

beforeAll(async () => {
  engine = await runEngine();
  member = await asMember(engine);
});
afterAll(stopEngines);

const idIn = (reply: Reply, noun?: string): string => {
  const one = z.object({ id: z.string() });
  return noun === undefined
    ? one.parse(reply.json).id
    : (z.record(z.string(), one).parse(reply.json)[noun]?.id ?? '');
};

const statusOf = async (client: Client, path: string): Promise<string> => {
  const { json } = await client.call('GET', path);
  const found = z.record(z.string(), z.unknown()).parse(json);
  return z.object({ status: z.string() }).parse(found['volume'] ?? found).status;
};

const reaches = async (client: Client, path: string, status: string): Promise<void> => {
  const deadline = Date.now() + 20_000;
  for (let found = ''; found !== status; await wait(5)) {
    found = await statusOf(client, path);
    if (Date.now() > deadline) throw new Error(`${path} is ${found}, not ${status}`);
  }
};

/** A volume of 1 GiB with known bytes at its beginning and end. */
const makeVolume = async (client: Client, bytes: Buffer): Promise<string> => {
  const reply = await client.call('POST', '/volume/v3/volumes', { body: { volume: { size: 1 } } });
  const id = idIn(reply, 'volume');
  await reaches(client, `/volume/v3/volumes/${id}`, 'available');
  const volume = await findVolume(engine.parts.database, id);
  const writer = await driverOf(engine.parts, volume?.pool ?? null).openWriter(id);
  await writer.write(0, bytes);
  await writer.write(gib - bytes.length, bytes);
  await writer.close();
  return id;
};

const makeImage = async (client: Client, body: object = {}): Promise<string> => {
  const formats = { disk_format: 'raw', container_format: 'bare' };
  return idIn(await client.call('POST', '/image/v2/images', { body: { ...formats, ...body } }));
};

const locate = (
  client: Client,
  imageId: string,
  url: string,
  path = '/locations',
): Promise<Reply> => {
  const location = { url, metadata: {} };
  const value = path === '/locations' ? [location] : location;
  return client.call('PATCH', `/image/v2/images/${imageId}`, {
    bytes: JSON.stringify([{ op: path === '/locations' ? 'replace' : 'add', path, value }]),
    headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
  });
};

const rangeOf = async (client: Client, id: string, range: string): Promise<Buffer> => {
  const reply = await fetch(`${engine.url}/image/v2/images/${id}/file`, {
    headers: { 'x-auth-token': client.token, range },
  });
  return Buffer.from(await reply.arrayBuffer());
};

describe('a volume registered as an image', () => {
  it.each(['/locations', '/locations/-'])('makes it active at once, by %s', async (path) => {
    const bytes = randomBytes(70_000);
    const volumeId = await makeVolume(member, bytes);
    const imageId = await makeImage(member);
    const reply = await locate(member, imageId, `cinder://${volumeId}`, path);
    expect(reply.status).toBe(200);
    expect(reply.json).toMatchObject({
      status: 'active',
      size: gib,
      virtual_size: gib,
      direct_url: `cinder://${volumeId}`,
      stores: 'cinder',
    });
    const end = `bytes=${gib - bytes.length}-`;
    expect((await rangeOf(member, imageId, 'bytes=0-69999')).equals(bytes)).toBe(true);
    expect((await rangeOf(member, imageId, end)).equals(bytes)).toBe(true);
    const hole = await rangeOf(member, imageId, 'bytes=100000000-103000000');
    expect(hole.equals(Buffer.alloc(3_000_001))).toBe(true);
    expect((await locate(member, imageId, `cinder://${volumeId}`, path)).status).toBe(409);
    expect((await member.call('DELETE', `/image/v2/images/${imageId}`)).status).toBe(204);
    expect(await statusOf(member, `/volume/v3/volumes/${volumeId}`)).toBe('available');
  });

  it.each([
    ['as it is', (id: string) => `cinder://${id}`],
    ['with a store', (id: string) => `cinder://a-store/${id}`],
    ['in capitals', (id: string) => `cinder://${id.toUpperCase()}`],
  ])('keeps its volume from being deleted until it is gone (%s)', async (_how, urlOf) => {
    const bytes = randomBytes(1000);
    const volumeId = await makeVolume(member, bytes);
    const imageId = await makeImage(member);
    expect((await locate(member, imageId, urlOf(volumeId))).status).toBe(200);
    const admin = await asAdmin(engine);
    const path = `/volume/v3/volumes/${volumeId}`;
    const microversion = { 'OpenStack-API-Version': 'volume 3.23' };
    for (const [client, query] of [
      [member, ''],
      [member, '?cascade=true'],
      [admin, '?force=true'],
    ] as const) {
      const reply = await client.call('DELETE', `${path}${query}`, { headers: microversion });
      expect([reply.status, reply.text]).toEqual([400, expect.stringContaining(imageId)]);
    }
    expect((await rangeOf(member, imageId, 'bytes=0-999')).equals(bytes)).toBe(true);
    const body = { volume: { size: 1, imageRef: imageId } };
    const made = idIn(await member.call('POST', '/volume/v3/volumes', { body }), 'volume');
    await reaches(member, `/volume/v3/volumes/${made}`, 'available');
    await engine.parts.jobs.idle();
    expect((await member.call('DELETE', `/image/v2/images/${imageId}`)).status).toBe(204);
    expect((await member.call('DELETE', path)).status).toBe(202);
    await engine.parts.jobs.idle();
    expect((await member.call('GET', path)).status).toBe(404);
    expect((await member.call('DELETE', `/volume/v3/volumes/${made}`)).status).toBe(202);
  });

  it('is refused for another project’s volume as for one that is not there', async () => {
    const stranger = await asStranger(engine);
    const theirs = await makeVolume(member, randomBytes(10));
    const imageId = await makeImage(stranger);
    const missing = randomUUID();
    const refused = await locate(stranger, imageId, `cinder://${theirs}`);
    const none = await locate(stranger, imageId, `cinder://${missing}`);
    expect([refused.status, none.status]).toEqual([403, 403]);
    expect(refused.text.replaceAll(theirs, missing)).toBe(none.text);
    expect(await statusOf(stranger, `/image/v2/images/${imageId}`)).toBe('queued');
  });

  it.each([
    ['file:///etc/passwd', 403],
    ['http://169.254.169.254/latest', 403],
    ['https://example.org/disk.img', 403],
    ['cinder://../../etc', 403],
    ['', 400],
  ])('is refused for %s', async (url, status) => {
    const imageId = await makeImage(member);
    expect((await locate(member, imageId, url)).status).toBe(status);
    expect(await statusOf(member, `/image/v2/images/${imageId}`)).toBe('queued');
  });

  it('is refused where the image is not raw and bare, or has bytes', async () => {
    const volumeId = await makeVolume(member, randomBytes(10));
    const qcow2 = await makeImage(member, { disk_format: 'qcow2' });
    expect((await locate(member, qcow2, `cinder://${volumeId}`)).status).toBe(400);
    const full = await makeImage(member);
    await member.call('PUT', `/image/v2/images/${full}/file`, {
      bytes: 'bytes',
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect((await locate(member, full, `cinder://${volumeId}`)).status).toBe(409);
  });
});

describe('an image uploaded from a volume', () => {
  const uploadFrom = async (volumeId: string): Promise<string> => {
    const action = { image_name: 'of a volume', disk_format: 'raw', container_format: 'bare' };
    const reply = await member.call('POST', `/volume/v3/volumes/${volumeId}/action`, {
      body: { 'os-volume_upload_image': action },
    });
    expect([reply.status, reply.text]).toEqual([202, expect.any(String)]);
    const shape = z.object({ 'os-volume_upload_image': z.object({ image_id: z.string() }) });
    const imageId = shape.parse(reply.json)['os-volume_upload_image'].image_id;
    await reaches(member, `/image/v2/images/${imageId}`, 'active');
    return imageId;
  };

  const hidden = async (): Promise<number> => {
    const query = {
      projectId: engine.parts.internalTenant.projectId,
      filters: { isInternal: true },
    };
    const page = await listVolumes(engine.parts.database, query);
    return 'rows' in page ? page.rows.length : -1;
  };

  it('has the volume’s bytes, and leaves nothing when it is deleted', async () => {
    const bytes = randomBytes(50_000);
    const volumeId = await makeVolume(member, bytes);
    const imageId = await uploadFrom(volumeId);
    expect((await rangeOf(member, imageId, 'bytes=0-49999')).equals(bytes)).toBe(true);
    const [first] = engine.parts.pools;
    expect(await hidden()).toBe(1);
    expect((await member.call('DELETE', `/image/v2/images/${imageId}`)).status).toBe(204);
    await engine.parts.jobs.idle();
    expect(await hidden()).toBe(0);
    expect(await statusOf(member, `/volume/v3/volumes/${volumeId}`)).toBe('available');
    const { volumes } = (await first?.driver.list()) ?? { volumes: [] };
    for (const id of volumes) {
      expect(await findVolume(engine.parts.database, id)).toMatchObject({ isInternal: false });
    }
  });

  it('keeps its hidden volume while any image needs it, and lets nobody change that', async () => {
    const bytes = randomBytes(1000);
    const firstId = await uploadFrom(await makeVolume(member, bytes));
    await engine.parts.jobs.idle();
    const { json } = await member.call('GET', `/image/v2/images/${firstId}`);
    const { direct_url: url } = z.object({ direct_url: z.string() }).parse(json);
    const hiddenId = url.slice('cinder://'.length);
    const secondId = await makeImage(member);
    expect((await locate(member, secondId, `cinder://again/${hiddenId}`)).status).toBe(200);
    const path = `/volume/v3/volumes/${hiddenId}`;
    const actions = [{ 'os-extend': { new_size: 2 } }, { 'os-reset_status': { status: 'error' } }];
    const admin = await asAdmin(engine);
    for (const [client, status] of [
      [member, 404],
      [admin, 400],
    ] as const) {
      for (const body of actions.slice(0, client === admin ? 2 : 1)) {
        expect((await client.call('POST', `${path}/action`, { body })).status).toBe(status);
      }
      expect((await client.call('DELETE', path)).status).toBe(status);
      const body = { snapshot: { volume_id: hiddenId } };
      expect((await client.call('POST', '/volume/v3/snapshots', { body })).status).toBe(status);
    }
    expect((await member.call('DELETE', `/image/v2/images/${firstId}`)).status).toBe(204);
    await engine.parts.jobs.idle();
    expect((await rangeOf(member, secondId, 'bytes=0-999')).equals(bytes)).toBe(true);
    expect((await member.call('DELETE', `/image/v2/images/${secondId}`)).status).toBe(204);
    await engine.parts.jobs.idle();
    expect(await hidden()).toBe(0);
  });

  it('loses its hidden volume at the next start where that could not be removed', async () => {
    const imageId = await uploadFrom(await makeVolume(member, randomBytes(10)));
    const keptId = await uploadFrom(await makeVolume(member, randomBytes(10)));
    const { dataFolder } = engine;
    await engine.parts.jobs.idle();
    // As a removal that failed leaves it: the image is gone, its volume is not.
    await removeImage(engine.parts.database, imageId);
    expect(await hidden()).toBe(2);
    await engine.stop();
    engine = await runEngine({ dataFolder });
    member = await asMember(engine);
    await engine.parts.jobs.idle();
    expect(await hidden()).toBe(1);
    expect((await rangeOf(member, keptId, 'bytes=0-9')).length).toBe(10);
    expect((await member.call('DELETE', `/image/v2/images/${keptId}`)).status).toBe(204);
    await engine.parts.jobs.idle();
    expect(await hidden()).toBe(0);
  });

  it('cannot be taken over by another project through its hidden volume', async () => {
    const volumeId = await makeVolume(member, randomBytes(10));
    const imageId = await uploadFrom(volumeId);
    const { json } = await member.call('GET', `/image/v2/images/${imageId}`);
    const { direct_url: url } = z.object({ direct_url: z.string().optional() }).parse(json);
    const stranger = await asStranger(engine);
    const theirs = await makeImage(stranger);
    const target = url ?? `cinder://${volumeId}`;
    expect((await locate(stranger, theirs, target)).status).toBe(403);
    const hiddenId = target.slice('cinder://'.length);
    for (const client of [stranger, ...(url === undefined ? [] : [member])]) {
      const reply = await client.call('DELETE', `/volume/v3/volumes/${hiddenId}`);
      expect(reply.status).toBe(404);
    }
    const admin = await asAdmin(engine);
    expect((await admin.call('DELETE', `/image/v2/images/${imageId}`)).status).toBe(204);
  });
});
