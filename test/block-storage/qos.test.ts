// QoS specs: made, altered, tied to types, and told to the host that opens a volume. Laws: a type
// carries one set at the most, what is tied goes by force alone, and a refusal changes nothing.
import {
  frontEndQos,
  frontEndQosAllowsRetype,
} from '../../bundled-engine/operations/front-end-qos';
import type { FrontEndQos } from '../../bundled-engine/operations/front-end-qos';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, EngineUnderTest } from './engine-under-test';
import { refusal } from './refusal';

const nil = '00000000-0000-0000-0000-000000000000';
const expectRefused = refusal(() => under);
let under: EngineUnderTest;
let number = 0;

beforeAll(async () => {
  under = await engineUnderTest();
});

afterAll(() => under.stop());

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  under.admin.call(method, path, body);

const freshName = (): string => `name-${++number}`;

async function madeQos(specs: object = {}): Promise<string> {
  const made = await call('POST', '/qos-specs', { qos_specs: { name: freshName(), ...specs } });
  expect([made.status, made.body]).toEqual([200, made.body]);
  return made.body.qos_specs.id;
}

async function madeType(): Promise<{ id: string; name: string }> {
  return (await call('POST', '/types', { volume_type: { name: freshName() } })).body.volume_type;
}

async function tiedType(specs: object): Promise<{ id: string; name: string; qosId: string }> {
  const [qosId, type] = [await madeQos(specs), await madeType()];
  const tied = await call('GET', `/qos-specs/${qosId}/associate?vol_type_id=${type.id}`);
  expect(tied.status).toBe(202);
  return { ...type, qosId };
}

const messageOf = ({ body }: Answer): string =>
  Object.values(body as Record<string, { message: string }>)[0]?.message ?? '';

const shownSpecs = async (id: string): Promise<unknown> =>
  (await call('GET', `/qos-specs/${id}`)).body.qos_specs.specs;

describe('QoS specs', () => {
  it('are shown as they were made, with links', async () => {
    const asked = { name: ' gold ', consumer: 'front-end', read_iops_sec: '2000', 'a key!': null };
    const made = await call('POST', '/qos-specs', { qos_specs: asked });
    const { id } = made.body.qos_specs;
    const specs = { read_iops_sec: '2000', 'a key!': null };
    const base = `${under.admin.url}/volume`;
    const { projectId } = under.admin;
    const whole = {
      qos_specs: { id, name: 'gold', consumer: 'front-end', specs },
      links: [
        { rel: 'self', href: `${base}/v3/${projectId}/qos-specs/${id}` },
        { rel: 'bookmark', href: `${base}/${projectId}/qos-specs/${id}` },
      ],
    };
    expect([made.status, made.body]).toEqual([200, whole]);
    expect((await call('GET', `/qos-specs/${id}`)).body).toEqual(whole);
    const listed = (await call('GET', '/qos-specs?name=gold')).body;
    expect(listed).toEqual({ qos_specs: [whole.qos_specs] });
  });

  it.each([
    [undefined, 'back-end'],
    [null, 'back-end'],
    ['both', 'both'],
  ])('with consumer %s are consumed by %s', async (consumer, shown) => {
    const id = await madeQos(consumer === undefined ? {} : { consumer });
    expect((await call('GET', `/qos-specs/${id}`)).body.qos_specs.consumer).toBe(shown);
  });

  it('are altered key by key', async () => {
    const id = await madeQos({ consumer: 'front-end', a: '1', b: '2' });
    const change = { qos_specs: { b: '3', 'c d/e': null, consumer: 'both' } };
    const altered = await call('PUT', `/qos-specs/${id}`, change);
    expect([altered.status, altered.body]).toEqual([200, change]);
    expect((await call('GET', `/qos-specs/${id}`)).body.qos_specs).toMatchObject({
      consumer: 'both',
      specs: { a: '1', b: '3', 'c d/e': null },
    });
    const removed = await call('PUT', `/qos-specs/${id}/delete_keys`, { keys: ['a', 'c d/e'] });
    expect([removed.status, removed.body]).toEqual([202, '']);
    expect(await shownSpecs(id)).toEqual({ b: '3' });
  });

  it('lose no key where one is not there', async () => {
    const id = await madeQos({ a: '1' });
    const path = `/qos-specs/${id}/delete_keys`;
    const refused = await call('PUT', path, { keys: ['a', 'z'] });
    expect(messageOf(refused)).toBe(`QoS spec ${id} has no spec with key z.`);
    await expectRefused(() => call('PUT', path, { keys: ['a', 'z'] }), 404);
    expect(await shownSpecs(id)).toEqual({ a: '1' });
  });

  it('are listed by pages', async () => {
    const ids = [await madeQos(), await madeQos(), await madeQos()];
    const first = (await call('GET', '/qos-specs?limit=2&sort=created_at:desc')).body;
    expect(first.qos_specs.map((one: { id: string }) => one.id)).toEqual([ids[2], ids[1]]);
    const [{ href }] = first.qos_specs_links;
    expect(href).toContain(`/qos-specs?limit=2&sort=created_at%3Adesc&marker=${ids[1]}`);
    const next = await under.admin.request(new URL(href).pathname + new URL(href).search);
    expect(next.body.qos_specs[0].id).toBe(ids[0]);
  });
});

describe('a wrong request about QoS specs is refused', () => {
  const long = 'x'.repeat(256);

  it.each([
    [{}, "'qos_specs' is a required property"],
    [{ qos_specs: {} }, "field/attribute qos_specs. Value: {}. 'name' is a required property"],
    [{ qos_specs: { name: '' } }, "An invalid 'name' value was provided. The 'name' can not be No"],
    [{ qos_specs: { name: '  ' } }, "The 'name' can not be empty."],
    [{ qos_specs: { name: long } }, "The 'name' can not be greater than 255 characters."],
    [{ qos_specs: { name: 3 } }, "name. Value: 3. 3 is not of type 'string'"],
    [{ qos_specs: { name: 'n' }, x: 1 }, "not allowed ('x' was unexpected)"],
    [{ qos_specs: { name: 'n', consumer: 'middle' } }, 'Valid consumer of QoS specs are: '],
    [{ qos_specs: { name: 'n', a: 1 } }, 'received: Value for key "a" is not a string or unicode'],
    [{ qos_specs: { name: 'n', a: long } }, 'Value for key "a" has 256 characters, more than 255.'],
    [{ qos_specs: { name: 'n', '': 'v' } }, 'Key "" has 0 characters, less than 1.'],
  ])('in making them: %j', async (body, text) => {
    expect(messageOf(await call('POST', '/qos-specs', body))).toContain(text);
    await expectRefused(() => call('POST', '/qos-specs', body), 400);
  });

  it.each([
    [{ qos_specs: { 'a!': 'v' } }, "'a!' does not match any of the regexes: '^[a-zA-Z0-9-_:. /]{"],
    [{ qos_specs: { a: 1 } }, "attribute a. Value: 1. 1 is not of type 'string', 'null'"],
    [{ qos_specs: { a: long } }, 'is too long'],
    [{ qos_specs: { consumer: 'x' } }, 'Invalid qos specs: Valid consumer of QoS specs are: QoSC'],
  ])('in altering them: %j', async (body, text) => {
    const path = `/qos-specs/${await madeQos()}`;
    expect(messageOf(await call('PUT', path, body))).toContain(text);
    await expectRefused(() => call('PUT', path, body), 400);
  });

  it.each([
    [{}, "'keys' is a required property"],
    [{ keys: 'a' }, "keys. Value: a. 'a' is not of type 'array'"],
    [{ keys: ['a', 'a'] }, "['a', 'a'] has non-unique elements"],
    [{ keys: [''] }, "attribute 0. Value: . '' is too short"],
  ])('in removing keys: %j', async (body, text) => {
    const path = `/qos-specs/${await madeQos({ a: '1' })}/delete_keys`;
    expect(messageOf(await call('PUT', path, body))).toContain(text);
    await expectRefused(() => call('PUT', path, body), 400);
  });

  it('for specs and types that are not there', async () => {
    const type = await madeType();
    for (const [method, path, body] of [
      ['GET', ''],
      ['PUT', '', { qos_specs: { a: 'b' } }],
      ['PUT', '/delete_keys', { keys: ['a'] }],
      ['DELETE', ''],
      ['GET', '/associations'],
      ['GET', `/associate?vol_type_id=${type.id}`],
      ['GET', `/disassociate?vol_type_id=${type.id}`],
      ['GET', '/disassociate_all'],
    ] as const) {
      const answer = await call(method, `/qos-specs/${nil}${path}`, body);
      expect([answer.status, messageOf(answer)]).toEqual([404, `No such QoS spec ${nil}.`]);
    }
    const path = `/qos-specs/${await madeQos()}`;
    for (const act of ['associate', 'disassociate']) {
      const answer = await call('GET', `${path}/${act}?vol_type_id=${nil}`);
      const text = `Volume type ${nil} could not be found.`;
      expect([answer.status, messageOf(answer)]).toEqual([404, text]);
      const without = await call('GET', `${path}/${act}`);
      expect([without.status, messageOf(without)]).toEqual([
        400,
        'Volume Type id must not be None.',
      ]);
    }
  });

  it('for a name that is taken, and for anybody but an administrator', async () => {
    const name = freshName();
    await call('POST', '/qos-specs', { qos_specs: { name } });
    const again = await call('POST', '/qos-specs', { qos_specs: { name } });
    expect([again.status, messageOf(again)]).toEqual([409, `QoS Specs ${name} already exists.`]);
    const refused = await under.member.call('GET', '/qos-specs');
    expect([refused.status, messageOf(refused)]).toEqual([
      403,
      "Policy doesn't allow volume_extension:qos_specs_manage:get_all to be performed.",
    ]);
  });
});

describe('QoS specs and types', () => {
  it('are tied once, loosened one by one and all together', async () => {
    const { id, name, qosId } = await tiedType({});
    const other = await madeType();
    const path = `/qos-specs/${qosId}`;
    expect((await call('GET', `${path}/associate?vol_type_id=${id}`)).status).toBe(202);
    await call('GET', `${path}/associate?vol_type_id=${other.id}`);
    const associations = async (): Promise<unknown> =>
      (await call('GET', `${path}/associations`)).body.qos_associations;
    expect(await associations()).toEqual([
      { association_type: 'volume_type', name, id },
      { association_type: 'volume_type', name: other.name, id: other.id },
    ]);
    expect((await call('GET', `/types/${id}`)).body.volume_type.qos_specs_id).toBe(qosId);
    await call('GET', `${path}/disassociate?vol_type_id=${id}`);
    expect(await associations()).toMatchObject([{ id: other.id }]);
    expect((await call('GET', `${path}/disassociate_all`)).status).toBe(202);
    expect(await associations()).toEqual([]);
  });

  it('are one set a type', async () => {
    const { id, qosId } = await tiedType({});
    const another = await madeQos();
    const path = `/qos-specs/${another}/associate?vol_type_id=${id}`;
    expect(messageOf(await call('GET', path))).toBe(
      `Invalid volume type: Type ${id} is already associated with another qos specs: ${qosId}`,
    );
    await expectRefused(() => call('GET', path), 400);
    // Loosened from specs that it does not carry, it keeps its own.
    await call('GET', `/qos-specs/${another}/disassociate?vol_type_id=${id}`);
    expect((await call('GET', `/types/${id}`)).body.volume_type.qos_specs_id).toBe(qosId);
  });

  it('go while they are tied by force alone', async () => {
    const { id, qosId } = await tiedType({});
    const path = `/qos-specs/${qosId}`;
    expect(messageOf(await call('DELETE', path))).toBe('Qos specs still in use.');
    await expectRefused(() => call('DELETE', path), 400);
    const strange = await call('DELETE', `${path}?force=perhaps`);
    expect([strange.status, messageOf(strange)]).toEqual([
      400,
      "Value 'perhaps' for 'force' is not a boolean.",
    ]);
    expect((await call('DELETE', `${path}?force=True`)).status).toBe(202);
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('GET', `/types/${id}`)).body.volume_type.qos_specs_id).toBeNull();
  });

  it('part when the type goes', async () => {
    const { id, qosId } = await tiedType({});
    await call('DELETE', `/types/${id}`);
    expect((await call('DELETE', `/qos-specs/${qosId}`)).status).toBe(202);
  });
});

describe('the host that opens a volume', () => {
  const told = (volumeTypeId: string | null): Promise<FrontEndQos | null> =>
    frontEndQos(under.engine.parts.database, { volumeTypeId, sizeGib: 3 });

  it('is told of specs for the front end', async () => {
    const limits = { read_iops_sec: '10' };
    expect(await told((await tiedType({ consumer: 'front-end', ...limits })).id)).toEqual(limits);
    expect(await told((await tiedType({ consumer: 'both', ...limits })).id)).toEqual(limits);
    expect(await told((await tiedType({ consumer: 'back-end', ...limits })).id)).toBeNull();
    expect(await told((await madeType()).id)).toBeNull();
    expect(await told(null)).toBeNull();
  });

  it('is told of limits for each GiB as what they come to', async () => {
    const type = await tiedType({
      consumer: 'front-end',
      read_iops_sec_per_gb: '10',
      write_iops_sec_per_gb: '10',
      write_iops_sec_per_gb_min: '100',
      total_bytes_sec_per_gb: '1000',
      total_bytes_sec_max: '2000',
      total_iops_sec_max: '7',
      total_iops_sec_per_gb: 'many',
    });
    expect(await told(type.id)).toEqual({
      read_iops_sec: 30,
      write_iops_sec: 100,
      total_bytes_sec: 2000,
      total_iops_sec_max: '7',
      total_iops_sec_per_gb: 'many',
    });
  });

  it('keeps what it was told through a retype', async () => {
    const { database } = under.engine.parts;
    const front = await tiedType({ consumer: 'front-end' });
    const back = await tiedType({ consumer: 'back-end' });
    const plain = await madeType();
    const same = await madeType();
    await call('GET', `/qos-specs/${front.qosId}/associate?vol_type_id=${same.id}`);
    const allows = (from: string, to: string, status = 'in-use'): Promise<boolean> =>
      frontEndQosAllowsRetype(database, { volumeTypeId: from, status }, to);
    expect(await allows(front.id, plain.id)).toBe(false);
    expect(await allows(plain.id, front.id)).toBe(false);
    expect(await allows(back.id, front.id)).toBe(false);
    expect(await allows(front.id, same.id)).toBe(true);
    expect(await allows(back.id, plain.id)).toBe(true);
    expect(await allows(front.id, plain.id, 'available')).toBe(true);
  });

  it('opens volumes of such types as of others', async () => {
    const type = await tiedType({ consumer: 'front-end', read_iops_sec: '10' });
    const volume = await madeVolume(under, { volume_type: type.name });
    expect(volume.status).toBe('available');
  });
});
