// Encryption records of types. Laws: a type that volumes have gets, changes and loses none; no
// volume is made of a type that has one; and a refusal changes nothing.
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, EngineUnderTest } from './engine-under-test';
import { refusal } from './refusal';

const nil = '00000000-0000-0000-0000-000000000000';
const luks = { provider: 'luks', control_location: 'front-end' };
const expectRefused = refusal(() => under);
let under: EngineUnderTest;
let number = 0;

beforeAll(async () => {
  under = await engineUnderTest();
});

afterAll(() => under.stop());

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  under.admin.call(method, path, body);

async function madeType(): Promise<{ id: string; name: string; path: string }> {
  const volume_type = { name: `type-${++number}` };
  const { id, name } = (await call('POST', '/types', { volume_type })).body.volume_type;
  return { id, name, path: `/types/${id}/encryption` };
}

const messageOf = ({ body }: Answer): string =>
  Object.values(body as Record<string, { message: string }>)[0]?.message ?? '';

describe('an encryption record', () => {
  it('is made, shown, altered and removed with its type’s id', async () => {
    const { id, path } = await madeType();
    expect((await call('GET', path)).body).toEqual({});
    const asked = { ...luks, cipher: 'aes-xts-plain64', key_size: '256' };
    const made = await call('POST', path, { encryption: asked });
    const { encryption_id } = made.body.encryption;
    expect([made.status, made.body]).toEqual([
      200,
      { encryption: { ...asked, key_size: 256, volume_type_id: id, encryption_id } },
    ]);
    const shown = {
      ...luks,
      cipher: 'aes-xts-plain64',
      key_size: 256,
      volume_type_id: id,
      encryption_id,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
      updated_at: null,
      deleted_at: null,
      deleted: false,
    };
    expect((await call('GET', path)).body).toEqual(shown);
    expect((await call('GET', `${path}/cipher`)).body).toEqual({ cipher: 'aes-xts-plain64' });
    const change = { key_size: 128, control_location: 'back-end', cipher: null };
    const altered = await call('PUT', `${path}/${encryption_id}`, { encryption: change });
    expect([altered.status, altered.body]).toEqual([200, { encryption: change }]);
    expect((await call('GET', path)).body).toMatchObject({ ...change, provider: 'luks' });
    // The last part of the path names nothing: the python client sends a word there.
    await call('PUT', `${path}/provider`, { encryption: { provider: 'other' } });
    expect((await call('GET', `${path}/provider`)).body).toEqual({ provider: 'other' });
    const removed = await call('DELETE', `${path}/provider`);
    expect([removed.status, removed.body]).toEqual([202, '']);
    expect((await call('GET', path)).body).toEqual({});
  });

  it('goes with its type', async () => {
    const { id, path } = await madeType();
    await call('POST', path, { encryption: luks });
    expect((await call('DELETE', `/types/${id}`)).status).toBe(202);
    const sql = 'SELECT * FROM "volume_type_encryption" WHERE "volumeTypeId" = ?';
    expect(await under.engine.parts.database.rows(sql, [id])).toEqual([]);
  });

  it.each([
    [{}, "'encryption' is a required property"],
    [{ encryption: {} }, "'provider' is a required property"],
    [{ encryption: { provider: 'x' } }, "'control_location' is a required property"],
    [{ encryption: { ...luks, provider: null } }, "None is not of type 'string'"],
    [{ encryption: { ...luks, control_location: 'mid' } }, "not one of ['front-end', 'back-end']"],
    [{ encryption: { ...luks, key_size: 'abc' } }, 'received: key_size must be an integer.'],
    [{ encryption: { ...luks, key_size: 1.5 } }, "1.5 is not of type 'string', 'integer', 'null'"],
    [{ encryption: { ...luks, key_size: true } }, "True is not of type 'string', 'integer', 'null"],
    [{ encryption: { ...luks, key_size: '-1' } }, '-1 is less than the minimum of 0'],
    [{ encryption: { ...luks, key_size: 2 ** 31 } }, 'is greater than the maximum of 2147483647'],
  ])('is refused where it makes no sense: %j', async (body, text) => {
    const { path } = await madeType();
    expect(messageOf(await call('POST', path, body))).toContain(text);
    await expectRefused(() => call('POST', path, body), 400);
  });

  it('is refused for types that are not there or have one, and missed where none is', async () => {
    const { id, path } = await madeType();
    const missing = `/types/${nil}/encryption`;
    const body = { encryption: luks };
    const noType = [404, `Volume type ${nil} could not be found.`];
    const noRecord = [404, `Volume type encryption for type ${id} does not exist.`];
    const told = async (method: string, at: string, sent?: unknown): Promise<unknown[]> => {
      const answer = await call(method, at, sent);
      return [answer.status, messageOf(answer)];
    };
    expect(await told('GET', missing)).toEqual(noType);
    expect(await told('POST', missing, body)).toEqual(noType);
    expect(await told('PUT', `${missing}/x`, body)).toEqual(noType);
    expect(await told('GET', `${missing}/cipher`)).toEqual(noType);
    expect(await told('DELETE', `${missing}/x`)).toEqual([
      404,
      `Volume type encryption for type ${nil} does not exist.`,
    ]);
    expect(await told('PUT', `${path}/x`, body)).toEqual(noRecord);
    expect(await told('GET', `${path}/cipher`)).toEqual(noRecord);
    expect(await told('DELETE', `${path}/x`)).toEqual(noRecord);
    await call('POST', path, body);
    expect(await told('POST', path, body)).toEqual([
      400,
      `Volume type encryption for type ${id} already exists.`,
    ]);
    expect(await told('GET', `${path}/colour`)).toEqual(noRecord);
  });

  it('is an administrator’s matter', async () => {
    const { path } = await madeType();
    const refused = await under.member.call('GET', path);
    expect([refused.status, messageOf(refused)]).toEqual([
      403,
      "Policy doesn't allow volume_extension:volume_type_encryption:get to be performed.",
    ]);
  });
});

describe('a type with volumes', () => {
  it.each([
    ['create', 'POST', '', { encryption: luks }],
    ['update', 'PUT', '/x', { encryption: luks }],
    ['delete', 'DELETE', '/x', undefined],
  ])('refuses to %s a record', async (act, method, tail, body) => {
    const { path, name } = await madeType();
    const volume = await madeVolume(under, { volume_type: name });
    const refused = await call(method, path + tail, body);
    expect([refused.status, messageOf(refused)]).toEqual([
      400,
      `Cannot ${act} encryption specs. Volume type in use.`,
    ]);
    await expectRefused(() => call(method, path + tail, body), 400);
    await under.member.call('DELETE', `/volumes/${volume.id}`);
    await under.idle();
  });
});

describe('a volume', () => {
  it('is not made of a type that asks for encryption, which is told with what to do', async () => {
    const { name, path } = await madeType();
    await call('POST', path, { encryption: luks });
    const create = (): Promise<Answer> =>
      under.member.call('POST', '/volumes', { volume: { size: 1, volume_type: name } });
    const text = messageOf(await create());
    expect(text).toContain(`Invalid volume type: type ${name} asks for encrypted volumes`);
    expect(text).toContain(`openstack volume type unset --encryption-type ${name}`);
    await expectRefused(create, 400);
    await call('DELETE', `${path}/provider`);
    const volume = await madeVolume(under, { volume_type: name });
    expect(volume).toMatchObject({ status: 'available', encrypted: false });
  });

  it('tells that it is not encrypted', async () => {
    const { id } = await madeVolume(under);
    const path = `/volumes/${id}/encryption`;
    const shown = await under.reader.call('GET', path);
    // Of another project, and so not there.
    expect(shown.status).toBe(404);
    expect((await under.member.call('GET', path)).body).toEqual({ encryption_key_id: null });
    const item = await under.member.call('GET', `${path}/encryption_key_id`);
    expect([item.status, item.body]).toEqual([200, '']);
    const missing = await under.member.call('GET', `${path}/cipher`);
    expect([missing.status, messageOf(missing)]).toEqual([
      404,
      `Volume ${id} has no encryption metadata with key cipher.`,
    ]);
  });
});
