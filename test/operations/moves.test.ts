// What may happen to a volume while its bytes move: it is changed, used, retyped while attached, or
// has no room to go to. Invariant: nobody's writes are lost, and where the bytes stay is told.
import { admitRetypeVolume } from '../../bundled-engine/operations/admission/volume-changes';
import { admitMigrateVolume } from '../../bundled-engine/operations/admission/volume-moves';
import { findVolume, updateVolume } from '../../bundled-engine/records/volumes';
import type { StepMoment } from '../../bundled-engine/jobs/step-hooks';
import { expectBytes, expectMessage, volumeWithBytes } from './telling';
import { newWorld, someBytes } from './world';
import type { World } from './world';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});
afterEach(() => world.close());

async function untyped(): Promise<{ id: string; bytes: Buffer }> {
  const made = await volumeWithBytes(world);
  await updateVolume(world.database, made.id, { volumeTypeId: null });
  return made;
}

const migrate = (volumeId: string, lock = false): Promise<void> =>
  admitMigrateVolume(world.parts, world.asker, {
    volumeId,
    host: 'cinderkit@two#two',
    cluster: null,
    lock,
    minor: 70,
  });

const copies = (): number => world.faulty.two.calls.filter((call) => call === 'createBlank').length;

/** Does something right after a step, as often as it is run. */
function after(step: string, act: () => Promise<unknown>): void {
  world.newRunner({
    async afterStep(moment: StepMoment) {
      if (moment.step === step && moment.phase === 'do') await act();
    },
  });
}

it('a volume attached while it moved stays where it was, with what was written', async () => {
  const { id } = await untyped();
  const written = someBytes();
  after('copy-bytes', async () => {
    await updateVolume(world.database, id, { status: 'in-use', attachStatus: 'attached' });
    await world.write('one', id, written);
  });
  await migrate(id);
  await world.idle();
  expect(await findVolume(world.database, id)).toMatchObject({
    pool: 'one',
    status: 'in-use',
    migrationStatus: 'error',
  });
  await expectBytes(world, 'one', { id, bytes: written });
  expect((await world.parts.pools[1]?.driver.list())?.volumes).toEqual([]);
  await expectMessage(world, id);
});

it('one that was attached and detached again meanwhile is not taken for untouched', async () => {
  const { id } = await untyped();
  const written = someBytes();
  after('copy-bytes', async () => {
    await updateVolume(world.database, id, { status: 'in-use', attachStatus: 'attached' });
    await world.write('one', id, written);
    await updateVolume(world.database, id, { status: 'available', attachStatus: 'detached' });
  });
  await migrate(id);
  await world.idle();
  expect(await findVolume(world.database, id)).toMatchObject({
    pool: 'one',
    migrationStatus: 'error',
  });
  await expectBytes(world, 'one', { id, bytes: written });
});

it('bytes are copied again where the row was changed during the copy', async () => {
  const { id, bytes } = await untyped();
  const change = (): Promise<unknown> => updateVolume(world.database, id, { name: `n${copies()}` });
  const { driver } = world.faulty.two;
  const original = driver.openWriter;
  driver.openWriter = async (volumeId) => {
    if (copies() === 1) await change();
    return original(volumeId);
  };
  await migrate(id);
  await world.idle();
  expect(copies()).toBe(2);
  expect(await findVolume(world.database, id)).toMatchObject({
    pool: 'two',
    migrationStatus: 'success',
    status: 'available',
  });
  await expectBytes(world, 'two', { id, bytes });
});

it('an attached volume changes its type where it is, and does not move for one', async () => {
  const { id, bytes } = await volumeWithBytes(world);
  await updateVolume(world.database, id, { status: 'in-use', attachStatus: 'attached' });
  const retype = (policy: 'never' | 'on-demand'): Promise<void> =>
    admitRetypeVolume(world.parts, world.asker, { volumeId: id, newType: 'two', policy });
  for (const policy of ['never', 'on-demand'] as const) {
    await retype(policy);
    await world.idle();
    expect(await findVolume(world.database, id)).toMatchObject({
      pool: 'one',
      status: 'in-use',
      volumeTypeName: 'one',
      migrationStatus: null,
    });
  }
  await expectBytes(world, 'one', { id, bytes });
  await updateVolume(world.database, id, { volumeTypeId: null });
  await admitRetypeVolume(world.parts, world.asker, {
    volumeId: id,
    newType: 'one',
    policy: 'never',
  });
  await world.idle();
  expect(await findVolume(world.database, id)).toMatchObject({
    status: 'in-use',
    volumeTypeName: 'one',
  });
});

it('a retype to another pool with the policy never goes back to where it was', async () => {
  const { id, bytes } = await volumeWithBytes(world);
  await admitRetypeVolume(world.parts, world.asker, {
    volumeId: id,
    newType: 'two',
    policy: 'never',
  });
  await world.idle();
  expect(await findVolume(world.database, id)).toMatchObject({
    pool: 'one',
    status: 'available',
    migrationStatus: null,
  });
  await expectBytes(world, 'one', { id, bytes });
  await expectMessage(world, id);
});

it('a migration to a pool that lacks what the type asks for moves nothing', async () => {
  const { id, bytes } = await volumeWithBytes(world);
  await migrate(id, true);
  expect(await findVolume(world.database, id)).toMatchObject({
    status: 'maintenance',
    migrationStatus: 'starting',
  });
  await world.idle();
  expect(await findVolume(world.database, id)).toMatchObject({
    pool: 'one',
    status: 'available',
    migrationStatus: 'error',
  });
  await expectBytes(world, 'one', { id, bytes });
});
