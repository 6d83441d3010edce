// Default types of projects, and what keeps types and their specs as they are. Laws: a volume made
// without a type gets its project's; a default type stays; a type in use keeps its specs; a filter
// tells nobody what they may not see.
import { insertJob, recordProgress } from '../../bundled-engine/records/jobs';
import { updateVolumeType } from '../../bundled-engine/records/volume-types';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, CallOptions, Caller, EngineUnderTest } from './engine-under-test';
import { refusal } from './refusal';

const nil = '00000000-0000-0000-0000-000000000000';
const expectRefused = refusal(() => under);
let under: EngineUnderTest;

beforeEach(async () => {
  under = await engineUnderTest();
});

afterEach(() => under.stop());

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  under.admin.call(method, path, body);

async function madeType(asked: Readonly<Record<string, unknown>>): Promise<string> {
  const made = await call('POST', '/types', { volume_type: asked });
  expect([made.status, made.body]).toEqual([200, made.body]);
  return made.body.volume_type.id;
}

const told = (answer: Answer): unknown[] => [
  answer.status,
  Object.values(answer.body as Record<string, { message: string }>)[0]?.message ?? '',
];

const setDefault = (project: string, type: unknown): Promise<Answer> =>
  call('PUT', `/default-types/${project}`, { default_type: { volume_type: type } });

describe('the default type of a project', () => {
  it('is set by name or id, shown, listed, replaced and unset', async () => {
    const { projectId } = under.member;
    const [gold, iron] = [await madeType({ name: 'gold' }), await madeType({ name: 'iron' })];
    const shown = (volume_type_id: string): object => ({ project_id: projectId, volume_type_id });
    const set = await setDefault(projectId, 'gold');
    expect([set.status, set.body]).toEqual([200, { default_type: shown(gold) }]);
    expect((await setDefault(projectId, iron)).body).toEqual({ default_type: shown(iron) });
    const path = `/default-types/${projectId}`;
    expect((await call('GET', path)).body).toEqual({ default_type: shown(iron) });
    expect((await call('GET', '/default-types')).body).toEqual({ default_types: [shown(iron)] });
    const bare = await under.admin.request('/volume/v3/default-types', {
      headers: { 'OpenStack-API-Version': 'volume 3.62' },
    });
    expect(bare.body).toEqual({ default_types: [shown(iron)] });
    const unset = await call('DELETE', path);
    expect([unset.status, unset.body]).toEqual([204, '']);
    expect((await call('DELETE', path)).status).toBe(204);
    expect(told(await call('GET', path))).toEqual([
      404,
      `Default type for project ${projectId} not found.`,
    ]);
  });

  it('is that of volumes made without a type, and of nobody else’s', async () => {
    const { member, stranger } = under;
    await madeType({ name: 'gold' });
    await setDefault(member.projectId, 'gold');
    const typeOf = async (caller: Caller): Promise<unknown> =>
      (await madeVolume(under, {}, caller))['volume_type'];
    expect(await typeOf(member)).toBe('gold');
    expect(await typeOf(stranger)).toBe('__DEFAULT__');
    const nameFor = async (caller: Caller): Promise<unknown> =>
      (await caller.call('GET', '/types/default')).body.volume_type.name;
    expect([await nameFor(member), await nameFor(stranger)]).toEqual(['gold', '__DEFAULT__']);
  });

  it('helps not where the project may not use it', async () => {
    const { stranger } = under;
    const id = await madeType({ name: 'closed', 'os-volume-type-access:is_public': false });
    await setDefault(stranger.projectId, id);
    const refused = [404, `Volume type ${id} could not be found.`];
    expect(told(await stranger.call('GET', '/types/default'))).toEqual(refused);
    const create = (): Promise<Answer> =>
      stranger.call('POST', '/volumes', { volume: { size: 1 } });
    expect(told(await create())).toEqual(refused);
    await expectRefused(create, 404);
  });

  it('cannot be deleted', async () => {
    const id = await madeType({ name: 'gold' });
    await setDefault(under.member.projectId, id);
    const kept = [400, `The volume type ${id} is a default volume type and cannot be deleted.`];
    expect(told(await call('DELETE', `/types/${id}`))).toEqual(kept);
    await expectRefused(() => call('DELETE', `/types/${id}`), 400);
    await call('DELETE', `/default-types/${under.member.projectId}`);
    expect((await call('DELETE', `/types/${id}`)).status).toBe(202);
  });

  it('is refused for what is not there, for no sense, for members and before 3.62', async () => {
    const { projectId } = under.member;
    const noProject = [404, `Project with id ${nil} not found.`];
    expect(told(await setDefault(nil, '__DEFAULT__'))).toEqual(noProject);
    expect(told(await call('GET', `/default-types/${nil}`))).toEqual(noProject);
    expect(told(await call('DELETE', `/default-types/${nil}`))).toEqual(noProject);
    const unnamed = [400, 'Volume type with name none could not be found.'];
    expect(told(await setDefault(projectId, 'none'))).toEqual(unnamed);
    expect(told(await setDefault(projectId, nil))).toEqual([
      400,
      `Volume type ${nil} could not be found.`,
    ]);
    const blank = "An invalid 'name' value was provided. The 'name' can not be empty.";
    expect(told(await setDefault(projectId, ' '))).toEqual([400, blank]);
    for (const body of [{}, { default_type: {} }, { default_type: { volume_type: '' } }]) {
      await expectRefused(() => call('PUT', `/default-types/${projectId}`, body), 400);
    }
    const asked = { default_type: { volume_type: '__DEFAULT__' } };
    const path = `/default-types/${projectId}`;
    await expectRefused(() => under.member.call('PUT', path, asked), 403);
    expect((await under.member.call('GET', '/default-types')).status).toBe(403);
    const old = await under.admin.call('GET', '/default-types', undefined, { version: '3.61' });
    expect(old.status).toBe(404);
  });
});

describe('types', () => {
  it('are answered in the form of what was done', async () => {
    const made = await call('POST', '/types', { volume_type: { name: ' t ' } });
    const common = ['id', 'name', 'is_public', 'description', 'extra_specs'];
    const keysOf = ({ body }: Answer): string[] => Object.keys(body.volume_type).sort();
    const access = 'os-volume-type-access:is_public';
    expect(keysOf(made)).toEqual([...common, access].sort());
    expect(made.body.volume_type.name).toBe(' t ');
    const path = `/types/${made.body.volume_type.id}`;
    const altered = await call('PUT', path, { volume_type: { description: 'd', name: null } });
    expect(keysOf(altered)).toEqual([...common].sort());
    expect(altered.body.volume_type).toMatchObject({ name: ' t ', description: 'd' });
    const qos = [...common, access, 'qos_specs_id'].sort();
    expect(keysOf(await call('GET', path))).toEqual(qos);
    for (const asked of [{}, { description: null }, { name: '  ' }, { is_public: 'perhaps' }]) {
      await expectRefused(() => call('PUT', path, { volume_type: asked }), 400);
    }
  });

  it('take the limits of their volumes along to a new name', async () => {
    const id = await madeType({ name: 'before' });
    const path = `/os-quota-sets/${under.member.projectId}`;
    await call('PUT', path, { quota_set: { volumes_before: 7 } });
    await call('PUT', `/types/${id}`, { volume_type: { name: 'after' } });
    const { quota_set: set } = (await call('GET', path)).body;
    expect(set).toMatchObject({ volumes_after: 7, gigabytes_after: -1 });
    expect(set).not.toHaveProperty('volumes_before');
  });

  it('in use keep their specs and stay', async () => {
    const extra_specs = { 'a:b': 'c' };
    const id = await madeType({ name: 'used', extra_specs });
    const volume = await madeVolume(under, { volume_type: 'used' });
    const specs = `/types/${id}/extra_specs`;
    for (const act of [
      () => call('POST', specs, { extra_specs: { d: 'e' } }),
      () => call('PUT', `${specs}/a:b`, { 'a:b': 'd' }),
      () => call('DELETE', `${specs}/a:b`),
    ]) {
      expect(told(await act())).toEqual([400, 'Volume Type is currently in use.']);
      await expectRefused(act, 400);
    }
    const kept = [400, 'Target volume type is still in use.'];
    expect(told(await call('DELETE', `/types/${id}`))).toEqual(kept);
    await under.member.call('DELETE', `/volumes/${volume.id}`);
    await under.idle();
    expect((await call('DELETE', `${specs}/a:b`)).status).toBe(202);
  });

  it('are in use from the admission of a retype on', async () => {
    const { database } = under.engine.parts;
    const id = await madeType({ name: 'next' });
    const payload = { newTypeId: id };
    const job = { id: nil, operation: 'retype-volume', subject: 'volume/none', payload };
    await insertJob(database, job);
    await expectRefused(() => call('DELETE', `/types/${id}`), 400);
    const encryption = { provider: 'luks', control_location: 'front-end' };
    await expectRefused(() => call('POST', `/types/${id}/encryption`, { encryption }), 400);
    await recordProgress(database, nil, {
      state: 'done',
      finishedAt: '2026-01-01T00:00:00.000000',
    });
    expect((await call('DELETE', `/types/${id}`)).status).toBe(202);
  });

  it('are not cached on hosts and shared among them', async () => {
    const yes = '<is> True';
    const id = await madeType({ name: 'shared', extra_specs: { multiattach: yes } });
    const add = (): Promise<Answer> =>
      call('POST', `/types/${id}/extra_specs`, { extra_specs: { cacheable: yes } });
    expect(told(await add())).toEqual([400, 'cacheable cannot be set with multiattach.']);
    await expectRefused(add, 400);
  });

  it('have specs with the keys and values that a real service takes', async () => {
    const id = await madeType({ name: 'keys', extra_specs: { 'a b/c': 'd', none: null } });
    const shown = (await call('GET', `/types/${id}`)).body.volume_type.extra_specs;
    expect(shown).toEqual({ 'a b/c': 'd', none: '' });
    const specs = `/types/${id}/extra_specs`;
    const pattern = "does not match any of the regexes: '^[a-zA-Z0-9-_:.]{1,255}$'";
    const spaced = await call('POST', specs, { extra_specs: { 'a b': 'c' } });
    expect(told(spaced)).toEqual([400, expect.stringContaining(`'a b' ${pattern}`)]);
    expect(told(await call('PUT', `${specs}/x`, { 'x/y': 'z' }))).toEqual([
      400,
      `'x/y' ${pattern}`,
    ]);
    expect(told(await call('PUT', `${specs}/x`, {}))).toEqual([
      400,
      '{} does not have enough properties',
    ]);
    expect(told(await call('PUT', `${specs}/x`, { x: '1', y: null }))).toEqual([
      400,
      "{'x': '1', 'y': None} has too many properties",
    ]);
    expect((await call('PUT', `${specs}/x`, { x: null })).body).toEqual({ x: null });
    const project = { addProjectAccess: { project: 'somebody' } };
    expect(told(await call('POST', `/types/${id}/action`, project))).toEqual([
      400,
      "Invalid input for field/attribute project. Value: somebody. 'somebody' is not a 'uuid'",
    ]);
  });
});

describe('the list of types', () => {
  const listed = async (
    caller: Caller,
    query: string,
    options: CallOptions = {},
  ): Promise<string[]> =>
    (
      await caller.call('GET', `/types?sort=name:asc&${query}`, undefined, options)
    ).body.volume_types
      .map(({ name }: { name: string }) => name)
      .filter((name: string) => name !== '__DEFAULT__');

  async function stage(): Promise<string> {
    const zones = { 'RESKEY:availability_zones': 'nova, mars' };
    await madeType({ name: 'a-zone', extra_specs: { ...zones, team: 'x' } });
    await madeType({ name: 'b-team', extra_specs: { team: 'x', multiattach: '<is> True' } });
    const hidden = { 'os-volume-type-access:is_public': false };
    await madeType({ name: 'd-nobody', ...hidden });
    return madeType({ name: 'c-private', ...hidden });
  }

  it('shows public types and those of the own project, all to administrators who ask', async () => {
    const id = await stage();
    const { admin, stranger } = under;
    expect(await listed(admin, '')).toEqual(['a-zone', 'b-team']);
    const access = { addProjectAccess: { project: admin.projectId } };
    await call('POST', `/types/${id}/action`, access);
    expect(await listed(admin, '')).toEqual(['a-zone', 'b-team', 'c-private']);
    expect(await listed(admin, 'is_public=False')).toEqual(['c-private', 'd-nobody']);
    expect(await listed(admin, 'is_public=None')).toHaveLength(4);
    expect(await listed(stranger, 'is_public=None')).toEqual(['a-zone', 'b-team']);
    const strange = await call('GET', '/types?is_public=perhaps');
    expect(told(strange)).toEqual([400, 'Invalid is_public filter [perhaps]']);
  });

  it('is narrowed by specs as far as the caller sees them', async () => {
    await stage();
    const { admin, member } = under;
    const by = (specs: object): string =>
      `extra_specs=${encodeURIComponent(JSON.stringify(specs))}`;
    expect(await listed(admin, by({ team: 'x' }))).toEqual(['a-zone', 'b-team']);
    expect(await listed(admin, by({ team: 'x', multiattach: '<is> True' }))).toEqual(['b-team']);
    const mars = by({ 'RESKEY:availability_zones': 'mars' });
    expect(await listed(admin, mars)).toEqual(['a-zone']);
    expect(await listed(member, mars)).toEqual(['a-zone']);
    expect(await listed(member, by({ 'RESKEY:availability_zones': 'n%a' }))).toEqual([]);
    expect(await listed(member, by({ team: 'x' }))).toEqual([]);
    const old = { version: '3.51' };
    expect(await listed(member, by({ team: 'x' }), old)).toEqual(['a-zone', 'b-team']);
  });

  it('is narrowed by other things by administrators alone', async () => {
    await stage();
    const { admin, member } = under;
    expect(await listed(admin, 'name=b-team')).toEqual(['b-team']);
    expect(await listed(admin, 'name~=zo')).toEqual(['a-zone']);
    expect(await listed(admin, 'colour=red')).toEqual([]);
    expect(await listed(member, 'name=b-team', { version: '3.51' })).toEqual(['a-zone', 'b-team']);
    expect(told(await member.call('GET', '/types?name=b-team'))).toEqual([
      400,
      'Invalid filters name are found in query options.',
    ]);
  });

  it('finds types by the QoS specs that they carry', async () => {
    await stage();
    const { database } = under.engine.parts;
    const plain = await listed(under.admin, 'qos_specs_id=None');
    expect(plain).toEqual(['a-zone', 'b-team']);
    const [type] = (await call('GET', '/types?name=b-team')).body.volume_types;
    await updateVolumeType(database, type.id, { qosSpecsId: nil });
    expect(await listed(under.admin, `qos_specs_id=${nil}`)).toEqual(['b-team']);
  });
});
