// The client on whole clouds: what it believes about OpenStack is checked against the bundled
// engine and, where one runs on this machine, against a real Keystone, Glance and Cinder.
import { Readable } from 'node:stream';
import { z } from 'zod';
import { connect } from '../../provider/client/connect';
import type { Connection } from '../../provider/client/connection';
import { messagesOf } from '../../provider/client/messages';
import type { Settings } from '../../provider/client/settings';
import { resolveSettings } from '../../provider/client/settings';
import { waitFor } from '../../provider/client/wait-for';
import { isFault } from '../../schema/kernel/fault';
import { volumeLifecycle } from '../../schema/lifecycles/volume';
import { identityRoutes } from '../../schema/wire/identity';
import { imageRoutes } from '../../schema/wire/images';
import { typeRoutes } from '../../schema/wire/volume-types';
import { volumeActionRoutes, volumeRoutes } from '../../schema/wire/volumes';
import { notRun } from '../support/not-run';
import type { Endpoint } from './endpoints';
import { bundledEngine, namesPeer, realOpenStack } from './endpoints';

const nobody = '00000000-0000-0000-0000-000000000000';
const peerTitle = 'a real OpenStack';
const endpoints: [string, () => Promise<Endpoint>][] = [['the bundled engine', bundledEngine]];
if (namesPeer) endpoints.push([peerTitle, realOpenStack]);
else notRun(peerTitle, 'no Keystone is named in CINDERKIT_PEER_AUTH_URL');

describe.each(endpoints)('%s', (_name, start) => {
  let endpoint: Endpoint;
  let connection: Connection;
  const opened: Connection[] = [];
  /** Removes what a failed test left: a real OpenStack is not ours alone. */
  const leftovers: (() => Promise<unknown>)[] = [];

  const open = async (explicit: Settings): Promise<Connection> => {
    const settings = await resolveSettings(explicit, { env: {}, cwd: '/', home: '/' });
    if (!settings) throw new Error('the endpoint has no settings');
    opened.push(connect(settings));
    return opened.at(-1) ?? connection;
  };

  beforeAll(async () => {
    endpoint = await start();
    connection = await open(endpoint.member);
  });

  afterAll(async () => {
    for (const removeLeftover of leftovers) await removeLeftover().catch(() => null);
    await Promise.all(opened.map((each) => each.close()));
    await endpoint.stop();
  });

  const show = (id: string) => async (signal: AbortSignal) => {
    try {
      const { body } = await connection.call(volumeRoutes.showVolume, { params: { id }, signal });
      return body.volume;
    } catch (error) {
      if (isFault(error, 'itemNotFound')) return null;
      throw error;
    }
  };

  const create = async (name: string, more: object = {}) => {
    const body = { volume: { name, size: 1, ...more } };
    const { id } = (await connection.call(volumeRoutes.createVolume, { body })).body.volume;
    leftovers.push(() => connection.call(volumeRoutes.deleteVolume, { params: { id } }));
    return id;
  };

  const wait = (id: string, operation: string, sizeGib?: number) =>
    waitFor({
      lifecycle: volumeLifecycle,
      operation,
      subject: `volume ${id}`,
      observe: show(id),
      timeoutMs: 60_000,
      messages: (signal) => messagesOf(connection, id, signal),
      ...(sizeGib ? { isDone: ({ size }: { size: number }) => size === sizeGib } : {}),
    });

  const remove = async (id: string) => {
    await connection.call(volumeRoutes.deleteVolume, { params: { id } });
    return wait(id, 'delete');
  };

  test('a volume is made, grown, listed page by page and removed', async () => {
    const ids = [await create('client-a'), await create('client-b'), await create('client-c')];
    const volumes = await Promise.all(ids.map((id) => wait(id, 'create')));
    expect(volumes.map((volume) => volume?.status)).toEqual(ids.map(() => 'available'));

    const [first = ''] = ids;
    const body = { 'os-extend': { new_size: 2 } };
    await connection.call(volumeActionRoutes.extendVolume, { params: { id: first }, body });
    expect((await wait(first, 'extend', 2))?.size).toBe(2);

    const seen: string[] = [];
    for await (const page of connection.pages(volumeRoutes.listVolumesDetail, { pageSize: 1 })) {
      seen.push(...page.volumes.map(({ id }) => id));
    }
    expect(seen).toEqual(expect.arrayContaining(ids));
    expect(new Set(seen).size).toBe(seen.length);
    expect(await Promise.all(ids.map(remove))).toEqual([null, null, null]);
  });

  test('a volume that no pool takes fails at once with the scheduler’s message', async () => {
    const admin = await open(endpoint.admin);
    const name = `client-nowhere-${process.pid}`;
    const body = { volume_type: { name, extra_specs: { volume_backend_name: 'nowhere' } } };
    const type = await admin.call(typeRoutes.createType, { body });
    const params = { id: type.body.volume_type.id };
    leftovers.push(() => admin.call(typeRoutes.deleteType, { params }));
    const id = await create('client-unplaced', { volume_type: name });
    await expect(wait(id, 'create')).rejects.toMatchObject({
      code: 'operationFailed',
      message: expect.stringContaining('Could not find any available weighted backend'),
    });
    expect(await remove(id)).toBeNull();
    expect((await admin.call(typeRoutes.deleteType, { params })).status).toBe(202);
  });

  test('a refusal has Cinder’s text and the request’s id', async () => {
    const call = connection.call(volumeRoutes.showVolume, { params: { id: nobody } });
    await expect(call).rejects.toMatchObject({
      code: 'itemNotFound',
      http: 404,
      details: {
        reason: `Volume ${nobody} could not be found.`,
        requestId: expect.stringMatching(/^req-/),
      },
    });
  });

  test('Glance’s refusals are read as well', async () => {
    const call = connection.call(imageRoutes.showImage, { params: { id: nobody } });
    await expect(call).rejects.toMatchObject({
      code: 'itemNotFound',
      details: { reason: `No image found with ID ${nobody}` },
    });
  });

  test('an image’s bytes go there and come back, and its properties are patched', async () => {
    const bytes = Buffer.alloc(2 ** 20, 'cinderkit');
    const body = { name: 'client-image', disk_format: 'raw', container_format: 'bare' } as const;
    const { id } = (await connection.call(imageRoutes.createImage, { body })).body;
    const params = { id };
    leftovers.push(() => connection.call(imageRoutes.deleteImage, { params }));
    await connection.upload(imageRoutes.uploadImage, {
      params,
      open: () => Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]),
    });
    const change = [{ op: 'add', path: '/cinderkit_marker', value: 'm' }];
    await connection.call(imageRoutes.updateImage, { params, body: change });
    const image = (await connection.call(imageRoutes.showImage, { params })).body;
    expect(image).toMatchObject({ status: 'active', size: bytes.length, cinderkit_marker: 'm' });
    const chunks: Buffer[] = [];
    const { body: stream } = await connection.download(imageRoutes.downloadImage, { params });
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    const { status } = await connection.call(imageRoutes.deleteImage, { params });
    expect(status).toBe(204);
  });

  test('versions are those of the discovery documents', async () => {
    expect(await connection.supports('block-storage', '3.43')).toBe(true);
    expect(await connection.supports('block-storage', '3.999')).toBe(false);
    expect(await connection.bestVersion('image', '2.4')).toBe('2.4');
    expect(await connection.bestVersion('identity', '3.999')).toMatch(/^3\.\d+$/);
    const call = connection.call(volumeRoutes.listVolumes, { microversion: '3.999' });
    await expect(call).rejects.toMatchObject({
      code: 'versionTooOld',
      details: { needed: '3.999' },
    });
  });

  test('an application credential and a token log in like a password', async () => {
    const { settings } = connection;
    const projectId = await connection.projectId();
    const token = z.looseObject({
      token: z.looseObject({ user: z.looseObject({ id: z.string() }) }),
    });
    const tokens: string[] = [];
    const route = { ...identityRoutes.login, reply: token };
    const login = await connection.call(route, { body: passwordLogin(settings) });
    tokens.push(login.headers['x-subject-token'] ?? '');
    const userId = login.body.token.user.id;
    const name = `client-${process.pid}`;
    const made = await connection.call(
      { ...identityRoutes.createApplicationCredential, reply: credentialShape },
      { params: { userId }, body: { application_credential: { name, secret: 'sesame' } } },
    );
    const id = made.body.application_credential.id;
    const { authUrl } = settings;
    const ways: Settings[] = [
      { authUrl, applicationCredentialId: id, applicationCredentialSecret: 'sesame' },
      { authUrl, applicationCredentialName: name, userId, applicationCredentialSecret: 'sesame' },
      { authUrl, token: tokens[0] ?? '', projectId },
    ];
    for (const way of ways) expect(await (await open(way)).projectId()).toBe(projectId);
    const params = { userId, id };
    await connection.call(identityRoutes.deleteApplicationCredential, { params });
    const late = await open(ways[0] ?? {});
    await expect(late.projectId()).rejects.toMatchObject({ code: 'loginRefused' });
  });

  test('a wrong password is refused with advice and without the password', async () => {
    const stranger = await open({ ...endpoint.member, password: 'not-the-password' });
    const failure = await stranger.projectId().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'loginRefused' });
    expect(String(failure)).not.toContain('not-the-password');
  });
});

const credentialShape = z.looseObject({
  application_credential: z.looseObject({ id: z.string() }),
});

/** A login of one's own, for the token in its headers. */
function passwordLogin({ login, scope }: Connection['settings']): object {
  if (login.method !== 'password' || scope.kind !== 'project') throw new Error('not by password');
  const user = { ...login.user, password: login.password.reveal() };
  return {
    auth: {
      identity: { methods: ['password'], password: { user } },
      scope: { project: scope.project },
    },
  };
}
