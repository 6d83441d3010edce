// What administrators set by hand: os-reset_status in the words of a real Cinder 21.3
// (cinder/api/validation/validators.py, cinder/api/contrib/admin_actions.py); the readonly flag.
import { updateVolume } from '../../bundled-engine/records/volumes';
import { engineUnderTest } from './engine-under-test';
import type { Answer, EngineUnderTest } from './engine-under-test';
import { expectRefusal, VolumeActor } from './volume-actor';

let under: EngineUnderTest;
let actor: VolumeActor;

beforeAll(async () => {
  under = await engineUnderTest();
  actor = new VolumeActor(under);
  await actor.liftQuotas();
});
afterAll(() => under.stop());

describe('os-reset_status', () => {
  it('refuses what it does not know in the words of Cinder', async () => {
    const id = await actor.make();
    const reset = (asked: object): Promise<Answer> => actor.act(id, { 'os-reset_status': asked });
    expectRefusal(
      await reset({}),
      400,
      "Must specify 'status', 'attach_status' or 'migration_status' for update.",
    );
    const answer = await reset({ status: 'lost' });
    expect(answer.body.badRequest.message).toMatch(
      /^Volume status: lost is invalid, valid statuses are: \('creating', .*'extending'\)\.$/,
    );
    expectRefusal(
      await reset({ attach_status: 'attaching' }),
      400,
      "Volume attach status: attaching is invalid, valid statuses are: ['attached', 'detached'].",
    );
    expectRefusal(
      await reset({ migration_status: 'x' }),
      400,
      "Volume migration status: x is invalid, valid statuses are: ('migrating', 'error', " +
        "'success', 'completing', 'none', 'starting').",
    );
    expectRefusal(await reset({ status: 'deleting' }), 400, 'Cannot reset-state to deleting');
    expectRefusal(
      await reset({ status: 'in-use' }),
      400,
      'Cannot reset-state to in-use because volume does not have any attachments.',
    );
    expect((await reset({ status: 'ERROR', migration_status: 'Starting' })).status).toBe(202);
    expect(await actor.show(id)).toMatchObject({ status: 'error', migration_status: 'starting' });
    expect((await reset({ status: 'available', migration_status: 'none' })).status).toBe(202);
    expect(await actor.show(id)).toMatchObject({ status: 'available', migration_status: null });
  });
});

it('snapshots take the statuses that Cinder knows, and no others', async () => {
  const volume_id = await actor.make();
  const made = await under.member.call('POST', '/snapshots', { snapshot: { volume_id } });
  await under.idle();
  const path = `/snapshots/${made.body.snapshot.id}`;
  const reset = (status: string): Promise<Answer> =>
    under.admin.call('POST', `${path}/action`, { 'os-reset_status': { status } });
  expectRefusal(
    await reset('lost'),
    400,
    "Snapshot status: lost is invalid, valid statuses are: ('error', 'available', 'creating', " +
      "'deleting', 'deleted', 'updating', 'error_deleting', 'unmanaging', 'backing-up', " +
      "'restoring').",
  );
  expect((await reset('Error')).status).toBe(202);
  expect((await under.admin.call('GET', path)).body.snapshot.status).toBe('error');
});

it('the readonly flag is set on available volumes alone', async () => {
  const id = await actor.make();
  const flag = { 'os-update_readonly_flag': { readonly: true } };
  expect((await actor.act(id, flag)).status).toBe(202);
  expect((await actor.show(id))['metadata']).toMatchObject({ readonly: 'True' });
  await updateVolume(under.engine.parts.database, id, { status: 'in-use' });
  expectRefusal(
    await actor.act(id, flag),
    400,
    `Invalid volume: Volume ${id} status must be available to update readonly flag, but current ` +
      'status is: in-use.',
  );
});
