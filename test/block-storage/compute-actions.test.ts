// The actions by which compute services attached volumes before attachments had an API: where each
// leads from every status of the lifecycle, with the words of Cinder's refusals.
import { randomUUID } from 'node:crypto';
import { allStatuses } from '../../schema/kernel/lifecycle';
import { volumeLifecycle } from '../../schema/lifecycles/volume';
import { updateVolume } from '../../bundled-engine/records/volumes';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, Caller, EngineUnderTest } from './engine-under-test';
import { refusal } from './refusal';

let under: EngineUnderTest;
let id = '';

beforeAll(async () => {
  under = await engineUnderTest();
  const type = { name: 'shared', extra_specs: { multiattach: '<is> True' } };
  await under.admin.call('POST', '/types', { volume_type: type });
});

afterAll(() => under.stop());

beforeEach(async () => {
  id = (await madeVolume(under)).id;
});

afterEach(async () => {
  for (const { id: attachmentId } of (await under.member.call('GET', '/attachments')).body
    .attachments) {
    await under.member.call('DELETE', `/attachments/${attachmentId}`);
  }
  await set({ status: 'available', attachStatus: 'detached' });
  await under.member.call('DELETE', `/volumes/${id}`);
  await under.idle();
});

const expectRefused = refusal(() => under);

function set(patch: Parameters<typeof updateVolume>[2]): Promise<boolean> {
  return updateVolume(under.engine.parts.database, id, patch);
}

function act(action: string, body: unknown = {}, caller: Caller = under.member): Promise<Answer> {
  return caller.call('POST', `/volumes/${id}/action`, { [action]: body });
}

async function volume(): Promise<Record<string, unknown>> {
  return (await under.member.call('GET', `/volumes/${id}`)).body.volume;
}

async function expectAct(action: string, body: unknown, status: string): Promise<void> {
  const answer = await act(action, body);
  expect([action, answer.status, answer.body]).toEqual([action, 202, '']);
  expect([action, (await volume()).status]).toEqual([action, status]);
}

const messageOf = (answer: Answer): unknown =>
  Object.values(answer.body as Record<string, { message?: string }>)[0]?.message;
const server = randomUUID();
const onServer = { instance_uuid: server, mountpoint: '/dev/vdc', mode: 'rw' };
const onHost = { host_name: 'My Host.', mountpoint: '/mnt' };

describe('a compute service', () => {
  it('reserves, attaches, begins to detach, thinks better of it, detaches', async () => {
    await expectAct('os-reserve', {}, 'attaching');
    await expectAct('os-attach', onServer, 'in-use');
    const { attachments, metadata } = await volume();
    expect(attachments).toMatchObject([{ server_id: server, device: '/dev/vdc', volume_id: id }]);
    expect(metadata).toEqual({ readonly: 'False', attached_mode: 'rw' });
    await expectAct('os-attach', onServer, 'in-use');
    expect((await volume()).attachments).toHaveLength(1);
    await expectRefused(() => under.member.call('DELETE', `/volumes/${id}`), 400);
    await expectAct('os-begin_detaching', {}, 'detaching');
    await expectAct('os-roll_detaching', {}, 'in-use');
    await expectAct('os-begin_detaching', {}, 'detaching');
    await expectAct('os-detach', {}, 'available');
    expect(await volume()).toMatchObject({ attachments: [], metadata: { readonly: 'False' } });
  });

  it('takes a reservation back, and does nothing where there is none', async () => {
    await expectAct('os-reserve', null, 'attaching');
    await expectAct('os-unreserve', null, 'available');
    await expectAct('os-unreserve', null, 'available');
    await expectAct('os-roll_detaching', null, 'available');
  });

  it('attaches to a host, whose name is made plain', async () => {
    await expectAct('os-attach', onHost, 'in-use');
    const shown = await under.admin.call('GET', `/volumes/${id}`);
    expect(shown.body.volume.attachments).toMatchObject([
      { host_name: 'my-host', server_id: null },
    ]);
    await expectAct('os-detach', null, 'available');
  });

  it('gives a shared volume back when the last attachment goes', async () => {
    id = (await madeVolume(under, { volume_type: 'shared' })).id;
    await expectAct('os-attach', onServer, 'in-use');
    await expectAct('os-reserve', {}, 'attaching');
    await expectAct('os-unreserve', {}, 'in-use');
    await expectAct('os-attach', { ...onServer, instance_uuid: randomUUID() }, 'in-use');
    const [first] = (await volume()).attachments as { attachment_id: string }[];
    const unclear = await act('os-detach', {});
    expect([unclear.status, messageOf(unclear)]).toEqual([
      409,
      'Detach volume from instance  using the Compute API',
    ]);
    await expectAct('os-detach', { attachment_id: first?.attachment_id }, 'in-use');
    await expectAct('os-detach', {}, 'available');
  });

  it('finds that a volume is free which was in use by word alone', async () => {
    await set({ status: 'in-use', attachStatus: 'attached' });
    await expectAct('os-detach', {}, 'available');
  });

  it('is helped by an administrator who detaches by force', async () => {
    await expectAct('os-attach', onServer, 'in-use');
    await expectRefused(() => act('os-force_detach', {}), 403);
    expect((await act('os-force_detach', { connector: null }, under.admin)).status).toBe(202);
    expect(await volume()).toMatchObject({ status: 'available', attachments: [] });
  });
});

describe('a compute service is refused', () => {
  const statuses = allStatuses(volumeLifecycle).filter((status) => status !== 'deleted');
  const { attach } = volumeLifecycle.operations;

  it.each(statuses.filter((status) => status !== 'available'))(
    'os-reserve of a volume in %s',
    async (status) => {
      await set({ status });
      await expectRefused(() => act('os-reserve'), 400);
      expect(messageOf(await act('os-reserve'))).toBe(
        `Invalid volume: Volume status must be available to reserve, but the status is ${status}.`,
      );
    },
  );

  it.each(statuses.filter((status) => !attach.from.some((from) => from === status)))(
    'os-attach of a volume in %s',
    async (status) => {
      await set({ status });
      await expectRefused(() => act('os-attach', onServer), 400);
    },
  );

  it.each(statuses.filter((status) => status !== 'in-use'))(
    'os-begin_detaching of a volume in %s',
    async (status) => {
      await set({ status });
      await expectRefused(() => act('os-begin_detaching'), 400);
    },
  );

  it.each(statuses.filter((s) => volumeLifecycle.statuses[s].kind === 'transient'))(
    'os-detach and os-initialize_connection of a volume in %s',
    async (status) => {
      await set({ status });
      await expectRefused(() => act('os-detach'), 400);
      const connector = { host: 'vm' };
      await expectRefused(() => act('os-initialize_connection', { connector }), 400);
    },
  );

  it('for what the volume is', async () => {
    await set({ status: 'in-use' });
    const detach = await act('os-begin_detaching');
    expect(messageOf(detach)).toBe(
      "Invalid volume: Unable to detach volume. Volume status must be 'in-use' and " +
        "attach_status must be 'attached' to detach.",
    );
    expect(messageOf(await act('os-attach', onServer))).toBe(
      'Invalid volume: volume is already attached and multiple attachments are not enabled',
    );
    await set({ status: 'available' });
    await act('os-update_readonly_flag', { readonly: true });
    const written = await act('os-attach', onServer);
    expect([written.status, messageOf(written)]).toEqual([
      400,
      `Invalid attaching mode 'rw' for volume ${id}.`,
    ]);
    await expectAct('os-attach', { ...onServer, mode: 'ro' }, 'in-use');
  });

  it('for attachments of others and of none', async () => {
    const other = (await madeVolume(under)).id;
    const made = await under.member.call('POST', '/attachments', {
      attachment: { volume_uuid: other },
    });
    const attachment_id = made.body.attachment.id;
    await expectRefused(() => act('os-detach', { attachment_id }), 400);
    expect(messageOf(await act('os-detach', { attachment_id }))).toBe(
      'Invalid input received: Mismatched volume and attachment',
    );
    await expectRefused(() => act('os-detach', { attachment_id: randomUUID() }), 409);
  });

  it('for bodies, ids and callers that are not right', async () => {
    await expectRefused(() => act('os-attach', { mountpoint: '/dev/vdb' }), 400);
    await expectRefused(() => act('os-attach', { ...onServer, mode: 'wr' }), 400);
    await expectRefused(() => act('os-attach', { ...onServer, instance_uuid: 'x' }), 400);
    await expectRefused(() => act('os-attach', { instance_uuid: server }), 400);
    await expectRefused(() => act('os-detach', { attachment_id: 'x' }), 400);
    await expectRefused(() => act('os-initialize_connection', {}), 400);
    await expectRefused(() => act('os-terminate_connection', {}), 400);
    const actions = ['os-reserve', 'os-unreserve', 'os-detach', 'os-begin_detaching'] as const;
    for (const action of actions) {
      const nowhere = () =>
        under.member.call('POST', `/volumes/${randomUUID()}/action`, { [action]: {} });
      await expectRefused(nowhere, 404);
      await expectRefused(() => act(action, {}, under.stranger), 404);
      await expectRefused(() => act(action, {}, under.reader), 403);
    }
  });
});
