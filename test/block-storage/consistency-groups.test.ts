// Consistency groups over HTTP, the older face of groups. Laws: they are groups with calls of their
// own; a snapshot of one is of one moment for all volumes, or it is refused
// (cinder/api/contrib/consistencygroups.py, cgsnapshots.py).
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Answer, EngineUnderTest } from './engine-under-test';
import { removeAllGroups, told } from './grouping';

let under: EngineUnderTest;
let typeId = '';

beforeAll(async () => {
  under = await engineUnderTest();
  const type = await under.admin.call('POST', '/types', { volume_type: { name: 'grouped' } });
  typeId = type.body.volume_type.id;
});

// Nothing that one test makes is there for the next.
afterEach(() => removeAllGroups(under));

afterAll(() => under.stop());

const legacy = (method: string, path: string, body?: object): Promise<Answer> =>
  under.member.call(method, path, body, { version: '3.0' });

it('are groups that the calls on groups leave alone', async () => {
  const made = await legacy('POST', '/consistencygroups', {
    consistencygroup: { name: 'c', volume_types: `${typeId},` },
  });
  expect([made.status, Object.keys(made.body.consistencygroup)]).toEqual([202, ['id', 'name']]);
  const { id } = made.body.consistencygroup;
  await under.idle();
  const volume = await madeVolume(under, { consistencygroup_id: id, volume_type: typeId });
  expect(volume).toMatchObject({ status: 'available', consistencygroup_id: id, group_id: id });
  const shown = await legacy('GET', `/consistencygroups/${id}`);
  expect(shown.body.consistencygroup).toMatchObject({
    status: 'available',
    volume_types: [typeId],
  });
  const types = await under.admin.call('GET', '/group_types');
  const reserved = types.body.group_types.find(
    (type: { name: string }) => type.name === 'default_cgsnapshot_type',
  );
  expect(told(await under.member.call('GET', `/groups/${id}`))).toEqual([
    400,
    `Group_type ${reserved.id} is reserved for migrating CGs to groups. Migrated group can ` +
      'only be operated by CG APIs.',
  ]);
  const group = { group_type: reserved.id, volume_types: [typeId] };
  expect((await under.member.call('POST', '/groups', { group })).status).toBe(400);
  expect((await under.member.call('GET', '/groups')).body.groups).toEqual([]);
  const snapshot = await legacy('POST', '/cgsnapshots', {
    cgsnapshot: { name: 'cs', consistencygroup_id: id },
  });
  expect(snapshot.status).toBe(202);
  await under.idle();
  const { cgsnapshots } = (await legacy('GET', '/cgsnapshots/detail')).body;
  expect(cgsnapshots).toHaveLength(1);
  expect(cgsnapshots[0]).toMatchObject({ status: 'available', consistencygroup_id: id });
  const early = await legacy('PUT', `/consistencygroups/${id}/update`, {
    consistencygroup: { name: '' },
  });
  expect(told(early)).toEqual([
    400,
    'Name, description, add_volumes, and remove_volumes can not be all empty in the request ' +
      'body.',
  ]);
  const later = await under.member.call(
    'PUT',
    `/consistencygroups/${id}/update`,
    { consistencygroup: { name: '' } },
    { version: '3.6' },
  );
  expect(later.status).toBe(202);
});

it('promise one moment, so two volumes in use are refused', async () => {
  const made = await legacy('POST', '/consistencygroups', {
    consistencygroup: { volume_types: typeId },
  });
  const { id } = made.body.consistencygroup;
  await under.idle();
  const { database } = under.engine.parts;
  const volumes = [];
  for (let count = 0; count < 2; count += 1) {
    volumes.push(await madeVolume(under, { consistencygroup_id: id, volume_type: typeId }));
  }
  const attached = async (volumeId: string, status: string, attach: string): Promise<void> => {
    const sql = 'UPDATE "volumes" SET "status" = ?, "attachStatus" = ? WHERE "id" = ?';
    await database.run(sql, [status, attach, volumeId]);
  };
  for (const volume of volumes) await attached(volume.id, 'in-use', 'attached');
  const take = (): Promise<Answer> =>
    legacy('POST', '/cgsnapshots', { cgsnapshot: { consistencygroup_id: id } });
  expect(told(await take())).toEqual([
    400,
    `Invalid Group: Group ${id} promises snapshots of one moment, which this service cannot ` +
      'take while more than one of its volumes is in use; detach all but one of them.',
  ]);
  await attached(volumes[0]?.id ?? '', 'available', 'detached');
  expect((await take()).status).toBe(202);
  await under.idle();
  await attached(volumes[1]?.id ?? '', 'available', 'detached');
});
