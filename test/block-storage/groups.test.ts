// Groups over HTTP: who may do what, what each version shows, what is refused and with which words
// (cinder/group/api.py, cinder/api/v3/groups.py). Law: a group's volumes are of its types, and go
// with it only when asked.
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, Caller, EngineUnderTest } from './engine-under-test';
import { messageOf, removeAllGroups, told } from './grouping';

let under: EngineUnderTest;
let typeId = '';
let groupTypeId = '';

beforeAll(async () => {
  under = await engineUnderTest();
  const type = await under.admin.call('POST', '/types', { volume_type: { name: 'grouped' } });
  typeId = type.body.volume_type.id;
  const groupType = await under.admin.call('POST', '/group_types', {
    group_type: { name: 'plain', group_specs: { key: 'value' } },
  });
  expect(groupType.status).toBe(202);
  groupTypeId = groupType.body.group_type.id;
});

// Nothing that one test makes is there for the next.
afterEach(() => removeAllGroups(under));

afterAll(() => under.stop());

function create(asked: object = {}, caller: Caller = under.member): Promise<Answer> {
  const group = { name: 'g', group_type: groupTypeId, volume_types: [typeId], ...asked };
  return caller.call('POST', '/groups', { group });
}

async function madeGroup(asked: object = {}): Promise<string> {
  const answer = await create(asked);
  expect(answer.status).toBe(202);
  await under.idle();
  return answer.body.group.id;
}

const volumeIn = (groupId: string): Promise<{ id: string; status: string }> =>
  madeVolume(under, { group_id: groupId, volume_type: typeId });

const act = (id: string, body: object, caller = under.member): Promise<Answer> =>
  caller.call('POST', `/groups/${id}/action`, body);

const remove = (id: string, deleteVolumes = false): Promise<Answer> =>
  act(id, { delete: { 'delete-volumes': deleteVolumes } });

const update = (id: string, group: object): Promise<Answer> =>
  under.member.call('PUT', `/groups/${id}`, { group });

async function snapshotOf(groupId: string): Promise<string> {
  const answer = await under.member.call('POST', '/group_snapshots', {
    group_snapshot: { group_id: groupId, name: 's' },
  });
  expect(answer.status).toBe(202);
  expect(Object.keys(answer.body.group_snapshot)).toEqual(['id', 'name', 'group_type_id']);
  await under.idle();
  return answer.body.group_snapshot.id;
}

describe('group types', () => {
  it('show specs to administrators, and private ones to nobody else', async () => {
    const { body } = await under.admin.call('POST', '/group_types', {
      group_type: { name: 'hidden', is_public: false },
    });
    const { id } = body.group_type;
    const path = `/group_types/${groupTypeId}`;
    const mine = await under.member.call('GET', path);
    const plain = { id: groupTypeId, name: 'plain', description: null, is_public: true };
    expect(mine.body.group_type).toEqual(plain);
    const admins = await under.admin.call('GET', path);
    expect(admins.body.group_type).toEqual({ ...plain, group_specs: { key: 'value' } });
    expect(told(await under.member.call('GET', `/group_types/${id}`))).toEqual([
      404,
      `Group type ${id} could not be found.`,
    ]);
    const names = async (caller: Caller, query = ''): Promise<string[]> =>
      (await caller.call('GET', `/group_types${query}`)).body.group_types.map(
        (type: { name: string }) => type.name,
      );
    const all = ['default_cgsnapshot_type', 'hidden', 'plain'];
    expect((await names(under.admin, '?is_public=None')).sort()).toEqual(all);
    expect(await names(under.admin, '?is_public=false')).toEqual(['hidden']);
    expect(await names(under.member, '?is_public=None')).not.toContain('hidden');
    expect((await under.admin.call('DELETE', `/group_types/${id}`)).status).toBe(202);
  });

  it('are refused where they are taken, in use, not there, or not asked rightly', async () => {
    const { admin } = under;
    const again = await admin.call('POST', '/group_types', { group_type: { name: 'plain' } });
    expect(told(again)).toEqual([409, 'Group Type plain already exists.']);
    await madeGroup();
    const used = await admin.call('DELETE', `/group_types/${groupTypeId}`);
    expect(told(used)).toEqual([400, 'Target group type is still in use.']);
    const none = await admin.call('GET', '/group_types/default');
    expect(told(none)).toEqual([404, 'Default group type can not be found.']);
    const early = await admin.call('GET', '/group_types', undefined, { version: '3.10' });
    expect(early.status).toBe(404);
    const path = `/group_types/${groupTypeId}`;
    const nothing = await admin.call('PUT', path, { group_type: {} });
    expect(nothing.status).toBe(400);
    const gone = await admin.call('GET', `${path}/group_specs/none`);
    expect(told(gone)).toEqual([404, `Group Type ${groupTypeId} has no extra spec with key none.`]);
    const other = await admin.call('PUT', `${path}/group_specs/a`, { b: 'c' });
    expect(told(other)).toEqual([400, 'Request body and URI mismatch']);
    expect((await under.member.call('GET', `${path}/group_specs`)).status).toBe(403);
  });
});

describe('groups', () => {
  it('show what their version knows', async () => {
    const id = await madeGroup();
    const { id: volumeId } = await volumeIn(id);
    const keys = async (version: string, caller = under.member): Promise<string[]> =>
      Object.keys(
        (await caller.call('GET', `/groups/${id}?list_volume=true`, undefined, { version })).body
          .group,
      );
    const common = ['id', 'status', 'availability_zone', 'created_at', 'name', 'description'];
    const first = [...common, 'group_type', 'volume_types'];
    const sources = ['group_snapshot_id', 'source_group_id'];
    expect(await keys('3.13')).toEqual(first);
    expect(await keys('3.14')).toEqual([...first, ...sources]);
    expect(await keys('3.25')).toEqual([...first, ...sources, 'volumes']);
    expect(await keys('3.58')).toEqual([...first, ...sources, 'volumes', 'replication_status']);
    expect(await keys('3.58', under.admin)).toContain('project_id');
    const listed = await under.member.call('GET', '/groups/detail?list_volume=true&limit=1');
    expect(listed.body.groups[0]).toMatchObject({
      id,
      status: 'available',
      volume_types: [typeId],
      volumes: [volumeId],
      replication_status: 'disabled',
    });
    expect(listed.body.group_links[0].href).toContain(`/groups?`);
    expect((await under.member.call('GET', '/groups')).body).toEqual({
      groups: [{ id, name: 'g' }],
    });
    const bad = await under.member.call('GET', '/groups?status=error');
    expect(told(bad)).toEqual([400, 'Invalid filters status are found in query options.']);
  });

  it('are their project’s alone, and readers only look', async () => {
    const id = await madeGroup();
    const missing = `Group ${id} could not be found.`;
    expect(told(await under.stranger.call('GET', `/groups/${id}`))).toEqual([404, missing]);
    const theirs = await act(id, { delete: {} }, under.stranger);
    expect(told(theirs)).toEqual([404, missing]);
    expect((await create({}, under.reader)).status).toBe(403);
    const reset = await act(id, { reset_status: { status: 'error' } });
    expect(told(reset)).toEqual([403, "Policy doesn't allow group:reset_status to be performed."]);
    const strange = await act(id, { reset_status: { status: 'odd' } }, under.admin);
    expect(told(strange)).toEqual([
      400,
      'Invalid Group Status: Group status: odd is invalid, valid statuses are: ' +
        "('error', 'available', 'creating', 'deleting', 'deleted', 'updating', 'in-use', " +
        "'error_deleting').",
    ]);
  });

  it('are refused for types that are not there and beyond the quota', async () => {
    const { member, admin } = under;
    expect(told(await create({ group_type: 'none' }))).toEqual([
      404,
      'Group type with name none could not be found.',
    ]);
    expect((await create({ volume_types: ['none'] })).status).toBe(404);
    expect((await create({ volume_types: [] })).status).toBe(400);
    expect((await create({ volume_types: [typeId, typeId] })).status).toBe(400);
    const quota = `/os-quota-sets/${member.projectId}`;
    await admin.call('PUT', quota, { quota_set: { groups: 1 } });
    const id = await madeGroup();
    const over = await create();
    expect(told(over)).toEqual([
      413,
      'GroupLimitExceeded: Maximum number of groups allowed (1) exceeded',
    ]);
    const usage = await admin.call('GET', `${quota}?usage=true`);
    expect(usage.body.quota_set.groups).toEqual({ limit: 1, in_use: 1, reserved: 0 });
    expect((await remove(id)).status).toBe(202);
    await under.idle();
    const after = await admin.call('GET', `${quota}?usage=true`);
    expect(after.body.quota_set.groups.in_use).toBe(0);
    await admin.call('DELETE', quota);
  });

  it('without a pool that suits all their types are in error, and go at once', async () => {
    const { admin } = under;
    const type = await admin.call('POST', '/types', {
      volume_type: { name: 'nowhere', extra_specs: { volume_backend_name: 'nowhere' } },
    });
    const id = await madeGroup({ volume_types: [typeId, 'nowhere'] });
    expect((await admin.call('GET', `/groups/${id}`)).body.group.status).toBe('error');
    expect((await remove(id)).status).toBe(202);
    expect((await admin.call('GET', `/groups/${id}`)).status).toBe(404);
    await admin.call('DELETE', `/types/${type.body.volume_type.id}`);
  });

  it('take volumes of their types alone', async () => {
    const id = await madeGroup();
    const make = (asked: object): Promise<Answer> =>
      under.member.call('POST', '/volumes', { volume: { size: 1, group_id: id, ...asked } });
    expect(told(await make({}))).toEqual([
      400,
      'Invalid input received: volume_type must be provided when creating a volume in a group.',
    ]);
    expect((await make({ volume_type: '__DEFAULT__' })).status).toBe(400);
    const lost = '00000000-0000-4000-8000-000000000000';
    expect(told(await make({ group_id: lost, volume_type: typeId }))).toEqual([
      404,
      `Group ${lost} could not be found.`,
    ]);
    const old = await under.member.call(
      'POST',
      '/volumes',
      { volume: { size: 1, group_id: lost } },
      { version: '3.12' },
    );
    expect(old.status).toBe(202);
  });

  it('take volumes in and let them go', async () => {
    const id = await madeGroup();
    const other = await madeGroup();
    const inside = await volumeIn(id);
    const plain = await madeVolume(under);
    const add = (volumeId: string): Promise<Answer> => update(id, { add_volumes: volumeId });
    const start = `Invalid volume: Cannot add volume ${plain.id} to group ${id} because`;
    expect(messageOf(await add(plain.id))).toContain(`${start} volume type `);
    expect(messageOf(await update(other, { add_volumes: inside.id }))).toBe(
      `Invalid volume: Cannot add volume ${inside.id} to group ${other} because it is already ` +
        `in group ${id}.`,
    );
    expect(messageOf(await update(id, { remove_volumes: plain.id }))).toBe(
      `Invalid volume: Cannot remove volume ${plain.id} from group ${id} because it is not in ` +
        'the group.',
    );
    expect(told(await update(id, { name: 'g' }))).toEqual([
      400,
      `Invalid Group: Cannot update group ${id} because no valid name, description, ` +
        'add_volumes, or remove_volumes were provided.',
    ]);
    expect((await update(id, {})).status).toBe(400);
    expect((await update(id, { remove_volumes: inside.id, name: 'new' })).status).toBe(202);
    const shown = await under.member.call('GET', `/volumes/${inside.id}`);
    expect(shown.body.volume.group_id).toBeNull();
    await act(id, { reset_status: { status: 'error' } }, under.admin);
    expect(told(await add(inside.id))).toEqual([
      400,
      'Invalid Group: Group status must be available.',
    ]);
  });

  it('keep their volumes and snapshots from being removed by themselves', async () => {
    const id = await madeGroup();
    const volume = await volumeIn(id);
    const snapshotId = await snapshotOf(id);
    expect((await under.member.call('DELETE', `/volumes/${volume.id}`)).status).toBe(400);
    const parts = await under.member.call('GET', '/snapshots/detail');
    const [part] = parts.body.snapshots;
    expect(part).toMatchObject({ group_snapshot_id: snapshotId, name: 's', status: 'available' });
    expect((await under.member.call('DELETE', `/snapshots/${part.id}`)).status).toBe(400);
    expect(told(await remove(id, true))).toEqual([
      400,
      'Invalid Group: Group has existing snapshots.',
    ]);
    const gone = await under.member.call('DELETE', `/group_snapshots/${snapshotId}`);
    expect(gone.status).toBe(202);
    await under.idle();
    expect(told(await remove(id))).toEqual([
      400,
      `Invalid Group: Group ${id} still contains volumes. The delete-volumes flag is required ` +
        'to delete it.',
    ]);
    expect((await remove(id, true)).status).toBe(202);
    await under.idle();
    expect((await under.member.call('GET', `/volumes/${volume.id}`)).status).toBe(404);
  });

  it('cannot be held, copied or replicated where there is nothing to', async () => {
    const id = await madeGroup();
    const empty = await under.member.call('POST', '/group_snapshots', {
      group_snapshot: { group_id: id },
    });
    expect(told(empty)).toEqual([
      400,
      "Invalid Group: Source group cannot be empty or in 'creating' or 'updating' state. No " +
        'group snapshot will be created.',
    ]);
    const from = (source: object): Promise<Answer> =>
      under.member.call('POST', '/groups/action', { 'create-from-src': source });
    expect(told(await from({ source_group_id: id }))).toEqual([
      400,
      'Invalid Group: Source Group is empty. No group will be created.',
    ]);
    expect((await from({})).status).toBe(400);
    expect((await from({ source_group_id: id, group_snapshot_id: id })).status).toBe(400);
    expect(told(await from({ group_snapshot_id: id }))).toEqual([
      404,
      `GroupSnapshot ${id} could not be found.`,
    ]);
    for (const call of ['enable_replication', 'list_replication_targets']) {
      expect(told(await act(id, { [call]: {} }))).toEqual([
        400,
        `Invalid group type: Group ${id} is not a replication group type.`,
      ]);
    }
  });
});
