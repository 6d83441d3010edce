// Every bad value in every place is answered with the API's own fault and changes nothing:
// statuses, quotas and jobs are as before.
import { updateVolume } from '../../bundled-engine/records/volumes';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { EngineUnderTest } from './engine-under-test';
import { refusal } from './refusal';

let under: EngineUnderTest;
let volumeId = '';
let snapshotId = '';
let otherId = '';

beforeAll(async () => {
  under = await engineUnderTest();
  const { member } = under;
  otherId = (await madeVolume(under)).id;
  volumeId = (await madeVolume(under)).id;
  const snapshot = await member.call('POST', '/snapshots', { snapshot: { volume_id: volumeId } });
  snapshotId = snapshot.body.snapshot.id;
  await under.idle();
});

afterAll(() => under.stop());

const expectRefused = refusal(() => under);

const long = 'x'.repeat(256);
const nul = 'a\u0000b';

describe('by bad input', () => {
  const volumes: readonly unknown[] = [
    undefined,
    [],
    'text',
    null,
    { volume: null },
    { volume: [] },
    { volume: {} },
    { volume: { size: -1 } },
    { volume: { size: 1.5 } },
    { volume: { size: 'ten' } },
    { volume: { size: '' } },
    { volume: { size: 1e300 } },
    { volume: { size: 2 ** 31 } },
    { volume: { size: [1] } },
    { volume: { size: 1, name: long } },
    { volume: { size: 1, name: nul } },
    { volume: { size: 1, name: 5 } },
    { volume: { size: 1, description: long } },
    { volume: { size: 1, metadata: [] } },
    { volume: { size: 1, metadata: { k: 1 } } },
    { volume: { size: 1, metadata: { '': 'v' } } },
    { volume: { size: 1, metadata: { [long]: 'v' } } },
    { volume: { size: 1, metadata: { k: long } } },
    { volume: { size: 1, metadata: { k: nul } } },
    { volume: { size: 1, availability_zone: 'mars' } },
    { volume: { size: 1, snapshot_id: '../../etc/passwd' } },
    { volume: { size: 1, source_volid: 'no-uuid' } },
    { volume: { size: 1, imageRef: '../x' } },
    { volume: { size: 1, multiattach: true } },
    { volume: { size: 1, group_id: 'not-a-uuid' } },
    { volume: { size: 1 }, other: {} },
  ];
  it.each(volumes.map((body) => [JSON.stringify(body)?.slice(0, 70), body]))(
    'POST /volumes %s',
    async (_title, body) => {
      await expectRefused(() => under.member.call('POST', '/volumes', body), 400);
    },
  );

  it('two sources at once', async () => {
    const body = { volume: { snapshot_id: snapshotId, source_volid: volumeId } };
    await expectRefused(() => under.member.call('POST', '/volumes', body), 400);
  });

  it('a volume smaller than its source', async () => {
    await updateVolume(under.engine.parts.database, otherId, { sizeGib: 5 });
    const body = { volume: { source_volid: otherId, size: 4 } };
    await expectRefused(() => under.member.call('POST', '/volumes', body), 400);
    await updateVolume(under.engine.parts.database, otherId, { sizeGib: 1 });
  });

  const actions: readonly unknown[] = [
    undefined,
    {},
    { 'os-extend': {} },
    { 'os-extend': { new_size: 0 } },
    { 'os-extend': { new_size: 'x' } },
    { 'os-extend': null },
    { 'os-retype': {} },
    { 'os-retype': { new_type: '' } },
    { 'os-retype': { new_type: 'another', migration_policy: 'sometimes' } },
    { 'os-volume_upload_image': {} },
    { 'os-volume_upload_image': { image_name: long } },
    { 'os-volume_upload_image': { image_name: 'i', disk_format: 'floppy' } },
    { 'os-volume_upload_image': { image_name: 'i', disk_format: 'vhd' } },
    { 'os-volume_upload_image': { image_name: 'i', container_format: 'ova' } },
    { 'os-set_bootable': { bootable: 'perhaps' } },
    { 'os-no-such-thing': {} },
    { 'os-extend': { new_size: 2 }, 'os-retype': { new_type: 'another' } },
  ];
  it.each(actions.map((body) => [JSON.stringify(body)?.slice(0, 70), body]))(
    'POST /volumes/ID/action %s',
    async (_title, body) => {
      await expectRefused(
        () => under.member.call('POST', `/volumes/${volumeId}/action`, body),
        400,
      );
    },
  );

  it.each([
    '/volumes?limit=-1',
    '/volumes?limit=x',
    '/volumes?offset=-5',
    '/volumes?sort=size:sideways',
    '/volumes?sort=password:asc',
    '/volumes?sort=size&sort_key=name',
    '/volumes?all_tenants=maybe',
    '/volumes?bootable=perhaps',
    '/volumes?metadata=nonsense',
    '/volumes?size=big',
    '/volumes?created_at=gt:yesterday',
    '/volumes?no_such_filter=1',
  ])('GET %s', async (path) => {
    await expectRefused(() => under.member.call('GET', path), 400);
  });

  it.each([
    '/volumes/..%2f..%2fetc%2fpasswd',
    '/volumes/%00',
    '/volumes/not-an-id',
    "/volumes/'%20OR%201=1",
    '/snapshots/not-an-id',
    '/backups/not-an-id',
    '/types/not-an-id',
    '/messages/not-an-id',
    '/volumes?marker=00000000-0000-0000-0000-000000000000',
  ])('GET %s is not found', async (path) => {
    await expectRefused(() => under.member.call('GET', path), 404);
  });

  it('a body of ten megabytes', async () => {
    const body = { volume: { size: 1, name: 'x'.repeat(10_000_000) } };
    await expectRefused(() => under.member.call('POST', '/volumes', body), 413);
  });

  const types: readonly unknown[] = [
    { volume_type: {} },
    { volume_type: { name: '' } },
    { volume_type: { name: '  ' } },
    { volume_type: { name: long } },
    { volume_type: { name: 't', extra_specs: { 'a!b': 'c' } } },
    { volume_type: { name: 't', extra_specs: { a: 5 } } },
    { volume_type: { name: 't', 'os-volume-type-access:is_public': 'perhaps' } },
  ];
  it.each(types.map((body) => [JSON.stringify(body).slice(0, 70), body]))(
    'POST /types %s',
    async (_title, body) => {
      await expectRefused(() => under.admin.call('POST', '/types', body), 400);
    },
  );

  it.each([{ nonsense: 1 }, { volumes: -2 }, { volumes: 'x' }, { volumes: null }])(
    'PUT /os-quota-sets %j',
    async (quota) => {
      const path = `/os-quota-sets/${under.member.projectId}`;
      await expectRefused(() => under.admin.call('PUT', path, { quota_set: quota }), 400);
    },
  );

  it('unknown keys are passed over below 3.53', async () => {
    const { member } = under;
    const body = { volume: { size: 1, bogus: 1 } };
    const made = await member.call('POST', '/volumes', body, { version: '3.52' });
    expect(made.status).toBe(202);
    await under.idle();
    await member.call('DELETE', `/volumes/${made.body.volume.id}`);
    await under.idle();
  });
});
