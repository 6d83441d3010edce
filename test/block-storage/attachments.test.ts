// The attachments API over real HTTP: the replies of a real Cinder at each step, the statuses that
// a volume passes, the refusals, and lists. Bytes go through the exports in attachments-bytes.
import { randomUUID } from 'node:crypto';
import { updateVolume } from '../../bundled-engine/records/volumes';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, Caller, EngineUnderTest } from './engine-under-test';
import { refusal } from './refusal';
import { expectForm, expectText } from './sample';

let under: EngineUnderTest;

beforeAll(async () => {
  under = await engineUnderTest();
  const quota = { quota_set: { volumes: 100 } };
  await under.admin.call('PUT', `/os-quota-sets/${under.member.projectId}`, quota);
  const type = { name: 'shared', extra_specs: { multiattach: '<is> True' } };
  await under.admin.call('POST', '/types', { volume_type: type });
});

afterAll(() => under.stop());

const expectRefused = refusal(() => under);
const connector = {
  initiator: 'iqn.1993-08.org.debian:01:cad181614cec',
  ip: '127.0.0.1',
  platform: 'x86_64',
  host: 'vm',
  os_type: 'linux2',
  multipath: false,
  mountpoint: '/dev/vdb',
};

const old = { version: '3.43' };

/** Of a real export each service tells what its own kind needs. */
const otherExport = new Set<string>([
  'export',
  'name',
  'options',
  'mount_point_base',
  'device_path',
]);

function create(
  volumeId: string,
  more: Readonly<Record<string, unknown>> = {},
  caller: Caller = under.member,
): Promise<Answer> {
  return caller.call('POST', '/attachments', { attachment: { volume_uuid: volumeId, ...more } });
}

async function attachmentOf(volumeId: string, more = {}): Promise<string> {
  const made = await create(volumeId, more);
  if (made.status !== 200) throw new Error(JSON.stringify(made.body));
  return made.body.attachment.id;
}

function connect(id: string, more: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  const attachment = { connector: { ...connector, ...more } };
  return under.member.call('PUT', `/attachments/${id}`, { attachment });
}

function complete(id: string): Promise<Answer> {
  return under.member.call('POST', `/attachments/${id}/action`, { 'os-complete': {} });
}

function remove(id: string): Promise<Answer> {
  return under.member.call('DELETE', `/attachments/${id}`);
}

async function show(path: string, caller = under.member): Promise<Record<string, unknown>> {
  const answer = await caller.call('GET', path);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body[Object.keys(answer.body)[0] ?? ''];
}

async function statusOf(volumeId: string): Promise<string> {
  return String((await show(`/volumes/${volumeId}`)).status);
}

describe('an attachment', () => {
  it('has the replies of Cinder’s from its making to its end', async () => {
    const { member } = under;
    const volume = await madeVolume(under);
    const made = await create(volume.id, { connector, mode: 'rw' });
    expectForm(made, 'attachment-create', otherExport);
    expect(made.body.attachment).toMatchObject({ status: 'reserved', attached_at: '' });
    const { id, connection_info: told } = made.body.attachment;
    expect(told).toMatchObject({ driver_volume_type: 'local', access_mode: 'rw' });
    expect(told.attachment_id).toBe(id);
    expectForm(await member.call('GET', `/attachments/${id}`), 'attachment-show', otherExport);
    expectForm(await member.call('GET', '/attachments'), 'attachment-list');
    expectForm(await member.call('GET', `/volumes/${volume.id}`), 'volume-show-attaching');
    expectForm(await complete(id), 'attachment-complete');
    const inUse = await member.call('GET', `/volumes/${volume.id}`);
    expectForm(inUse, 'volume-show-in-use');
    expect(inUse.body.volume.attachments).toEqual([
      {
        id: volume.id,
        attachment_id: id,
        volume_id: volume.id,
        server_id: null,
        host_name: null,
        device: '/dev/vdb',
        attached_at: expect.stringMatching(/^\d{4}-/),
      },
    ]);
    expectText(await member.call('DELETE', `/volumes/${volume.id}`), 'err-400-delete-in-use');
    expectForm(await remove(id), 'attachment-delete');
    expect(await statusOf(volume.id)).toBe('available');
    expect((await member.call('GET', `/attachments/${id}`)).status).toBe(404);
  });

  it('may reserve the volume alone, be connected later, and be taken back', async () => {
    const { id: volumeId } = await madeVolume(under);
    const made = await create(volumeId);
    expectForm(made, 'err-attachment-no-connector-then-show');
    expect(made.body.attachment).toMatchObject({ attach_mode: 'null', connection_info: {} });
    const { id } = made.body.attachment;
    expect(await statusOf(volumeId)).toBe('reserved');
    const connected = await connect(id);
    expect([connected.status, connected.body.attachment]).toMatchObject([
      200,
      { status: 'reserved', connection_info: { driver_volume_type: 'local' } },
    ]);
    expect(await statusOf(volumeId)).toBe('attaching');
    expect(await show(`/attachments/${id}`)).toMatchObject({
      status: 'attaching',
      attach_mode: 'rw',
      attached_at: expect.stringMatching(/^\d{4}-/),
      connection_info: connected.body.attachment.connection_info,
    });
    expect((await remove(id)).body).toEqual({ attachments: [] });
    expect(await statusOf(volumeId)).toBe('available');
  });

  it('tells administrators the host', async () => {
    const { id: volumeId } = await madeVolume(under);
    const id = await attachmentOf(volumeId, { connector });
    await complete(id);
    const { attachments } = (
      await under.admin.call('GET', '/volumes/detail?all_tenants=1')
    ).body.volumes.find((each: { id: string }) => each.id === volumeId);
    expect(attachments).toMatchObject([{ host_name: 'vm', attachment_id: id }]);
    await remove(id);
  });

  it('gives a shared volume the status of the foremost', async () => {
    const { id: volumeId, multiattach } = await madeVolume(under, { volume_type: 'shared' });
    expect(multiattach).toBe(true);
    const first = await attachmentOf(volumeId, { connector });
    await complete(first);
    const second = await attachmentOf(volumeId, { connector: { ...connector, host: 'two' } });
    expect(await statusOf(volumeId)).toBe('attaching');
    await complete(second);
    expect((await show(`/volumes/${volumeId}`)).attachments).toHaveLength(2);
    const third = await attachmentOf(volumeId);
    expect(await statusOf(volumeId)).toBe('reserved');
    expect((await remove(third)).body.attachments).toHaveLength(2);
    expect(await statusOf(volumeId)).toBe('in-use');
    expect((await remove(first)).body.attachments).toEqual([
      { id: second, status: 'attached', instance: null, volume_id: volumeId },
    ]);
    expect(await statusOf(volumeId)).toBe('in-use');
    await remove(second);
    expect(await statusOf(volumeId)).toBe('available');
  });

  it('of a server that moves may be a second one, but not connected beside it', async () => {
    const { id: volumeId } = await madeVolume(under);
    const server = randomUUID();
    const first = await attachmentOf(volumeId, { instance_uuid: server, connector });
    await complete(first);
    const second = await attachmentOf(volumeId, { instance_uuid: server });
    expect(await statusOf(volumeId)).toBe('in-use');
    const refused = await connect(second, { host: 'two' });
    expect([refused.status, refused.body.conflictingRequest?.message]).toEqual([
      409,
      `Resource conflict: duplicate connectors detected on volume ${volumeId}`,
    ]);
    await expectRefused(() => create(volumeId, { instance_uuid: randomUUID() }), 400);
    await remove(second);
    await remove(first);
  });

  it('tells the limits that its type puts on hosts', async () => {
    const { admin } = under;
    const asked = { name: 'limits', consumer: 'front-end', read_iops_sec: '500' };
    const qos = (await admin.call('POST', '/qos-specs', { qos_specs: asked })).body.qos_specs;
    const type = { name: 'limited' };
    const { id } = (await admin.call('POST', '/types', { volume_type: type })).body.volume_type;
    await admin.call('GET', `/qos-specs/${qos.id}/associate?vol_type_id=${id}`);
    const { id: volumeId } = await madeVolume(under, { volume_type: 'limited' });
    const made = await create(volumeId, { connector });
    expect(made.body.attachment.connection_info).toMatchObject({
      qos_specs: { read_iops_sec: '500' },
      cacheable: false,
    });
    await remove(made.body.attachment.id);
  });

  it('of a read-only volume is read-only whatever was asked', async () => {
    const { id: volumeId } = await madeVolume(under);
    const flag = { 'os-update_readonly_flag': { readonly: true } };
    await under.member.call('POST', `/volumes/${volumeId}/action`, flag);
    const made = await create(volumeId, { connector, mode: 'rw' });
    expect(made.body.attachment).toMatchObject({
      attach_mode: 'ro',
      connection_info: { access_mode: 'ro' },
    });
    await remove(made.body.attachment.id);
  });
});

describe('at once', () => {
  it('one of many that want a volume has it', async () => {
    const { id: volumeId } = await madeVolume(under);
    const many = await Promise.all(
      Array.from({ length: 16 }, (_, n) =>
        create(volumeId, { connector: { ...connector, host: `host-${n}` } }),
      ),
    );
    const won = many.filter(({ status }) => status === 200);
    expect(many.map(({ status }) => status).sort()).toEqual([200, ...Array(15).fill(400)]);
    expect(await statusOf(volumeId)).toBe('attaching');
    await Promise.all(won.map(({ body }) => remove(body.attachment.id)));
    expect(await statusOf(volumeId)).toBe('available');
  });

  it('deleted by force, a connected volume goes with its attachment and its export', async () => {
    const { admin, member } = under;
    const { id: volumeId } = await madeVolume(under);
    const id = await attachmentOf(volumeId, { connector });
    const forced = { 'os-force_delete': {} };
    expect((await admin.call('POST', `/volumes/${volumeId}/action`, forced)).status).toBe(202);
    await under.idle();
    expect((await member.call('GET', `/volumes/${volumeId}`)).status).toBe(404);
    expect((await member.call('GET', `/attachments/${id}`)).status).toBe(404);
    const { database } = under.engine.parts;
    expect(await database.rows('SELECT * FROM "volume_connections"', [])).toEqual([]);
  });
});

describe('attachments are refused', () => {
  it('to volumes in the wrong status, with the words of Cinder’s', async () => {
    const { id: volumeId } = await madeVolume(under);
    const held = await attachmentOf(volumeId);
    const second = await create(volumeId);
    expect([second.status, second.body.badRequest?.message]).toEqual([
      400,
      `Invalid volume: Volume ${volumeId} status must be available or downloading to reserve, ` +
        'but the current status is reserved.',
    ]);
    await updateVolume(under.engine.parts.database, volumeId, { status: 'error' });
    const broken = await create(volumeId);
    expect(broken.body.badRequest?.message).toContain('can not be created if the volume is in an');
    const update = await connect(held);
    expect([update.status, update.body.conflictingRequest?.message]).toEqual([
      409,
      expect.stringContaining('can not be updated if the volume is in an error state'),
    ]);
    await remove(held);
    expect(await statusOf(volumeId)).toBe('available');
  });

  it('while a job holds the volume', async () => {
    const { id: volumeId } = await madeVolume(under);
    const held = await attachmentOf(volumeId);
    await updateVolume(under.engine.parts.database, volumeId, { status: 'backing-up' });
    expect((await connect(held)).status).toBe(409);
    await updateVolume(under.engine.parts.database, volumeId, { status: 'reserved' });
    await remove(held);
  });

  it('for bodies, ids and callers that are not right', async () => {
    const { member, stranger, reader } = under;
    const { id: volumeId } = await madeVolume(under);
    const id = await attachmentOf(volumeId);
    const post = (attachment: unknown, version = '3.70'): Promise<Answer> =>
      member.call('POST', '/attachments', { attachment }, { version });
    await expectRefused(() => post({}), 400);
    await expectRefused(() => post({ volume_uuid: 'x' }), 400);
    await expectRefused(() => post({ volume_uuid: volumeId, mode: 'wr' }), 400);
    await expectRefused(() => post({ volume_uuid: volumeId, mode: 'ro' }, '3.53'), 400);
    await expectRefused(() => post({ volume_uuid: randomUUID() }), 404);
    await expectRefused(() => post({ volume_uuid: volumeId }, '3.26'), 404);
    await expectRefused(
      () => member.call('PUT', `/attachments/${id}`, { attachment: { connector: {} } }),
      400,
    );
    const noHost = { attachment: { connector: { ip: '127.0.0.1' } } };
    await expectRefused(() => member.call('PUT', `/attachments/${id}`, noHost), 400);
    await expectRefused(() => connect(id, { mode: 'sideways' }), 400);
    await expectRefused(() => connect(randomUUID()), 404);
    await expectRefused(() => remove(randomUUID()), 404);
    await expectRefused(() => complete(randomUUID()), 404);
    await expectRefused(
      () => member.call('POST', `/attachments/${id}/action`, { 'os-complete': {} }, old),
      404,
    );
    await expectRefused(() => create(volumeId, {}, stranger), 404);
    await expectRefused(() => stranger.call('GET', `/attachments/${id}`), 404);
    await expectRefused(() => stranger.call('DELETE', `/attachments/${id}`), 404);
    await expectRefused(() => create(volumeId, {}, reader), 403);
    await expectRefused(() => reader.call('DELETE', `/attachments/${id}`), 403);
    expect((await stranger.call('GET', '/attachments')).body).toEqual({ attachments: [] });
    await remove(id);
  });
});

describe('lists of attachments', () => {
  it('are filtered, sorted and paged, for the caller’s project or all', async () => {
    const { member, admin } = under;
    const server = randomUUID();
    const { id: one } = await madeVolume(under);
    const { id: two } = await madeVolume(under);
    const first = await attachmentOf(one, { instance_uuid: server, connector });
    const second = await attachmentOf(two);
    const ids = async (query: string, caller = member): Promise<string[]> =>
      (await caller.call('GET', `/attachments${query}`)).body.attachments.map(
        (each: { id: string }) => each.id,
      );
    expect(await ids('')).toEqual([second, first]);
    expect(await ids('?sort=created_at:asc')).toEqual([first, second]);
    expect(await ids(`?volume_id=${one}`)).toEqual([first]);
    expect(await ids(`?instance_id=${server}`)).toEqual([first]);
    expect(await ids('?attach_status=reserved')).toEqual([second]);
    expect(await ids('?status=attaching')).toEqual([first]);
    expect(await ids('?limit=1')).toEqual([second]);
    expect(await ids(`?limit=1&marker=${second}`)).toEqual([first]);
    expect(await ids('?all_tenants=1', admin)).toEqual([second, first]);
    const detail = await member.call('GET', `/attachments/detail?volume_id=${one}`);
    expect(Object.keys(detail.body)).toEqual(['attachments']);
    expect(detail.body.attachments[0]).toMatchObject({ id: first, instance: server });
    await expectRefused(() => member.call('GET', `/attachments?marker=${randomUUID()}`), 404);
    await expectRefused(() => member.call('GET', '/attachments?bogus=1'), 400);
    await remove(first);
    await remove(second);
  });
});
