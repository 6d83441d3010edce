// The way back to a snapshot and filling from an image anew, over HTTP: codes and texts of a real
// Cinder 21.3 (cinder/api/v3/volumes.py, cinder/volume/api.py), and the bytes behind them.
import { randomUUID } from 'node:crypto';
import { updateSnapshot } from '../../bundled-engine/records/snapshots';
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

describe('revert', () => {
  it('gives back the bytes of the latest snapshot', async () => {
    const id = await actor.make();
    await actor.write(id, 'before');
    const taken = await under.member.call('POST', '/snapshots', { snapshot: { volume_id: id } });
    await under.idle();
    await actor.write(id, 'after!');
    const snapshotId: string = taken.body.snapshot.id;
    const back = await under.member.call('POST', `/volumes/${id}/action`, {
      revert: { snapshot_id: snapshotId },
    });
    expect(back.status).toBe(202);
    await under.idle();
    expect(await actor.show(id)).toMatchObject({ status: 'available', size: 1 });
    const snapshot = await under.member.call('GET', `/snapshots/${snapshotId}`);
    expect(snapshot.body.snapshot.status).toBe('available');
    expect(await actor.read(id, 6)).toBe('before');
  });

  it('refuses what is not the latest one, other sizes, and other statuses with 409', async () => {
    const id = await actor.make();
    const { database } = under.engine.parts;
    const revert = (snapshotId: string | null): Promise<Answer> =>
      actor.act(id, { revert: { snapshot_id: snapshotId } });
    expectRefusal(await revert(null), 400, `Volume ${id} doesn't have any snapshots.`);
    const snap = async (): Promise<string> => {
      const made = await under.member.call('POST', '/snapshots', { snapshot: { volume_id: id } });
      await under.idle();
      return made.body.snapshot.id;
    };
    const [first, last] = [await snap(), await snap()];
    const notLatest = (which: string): string =>
      `Specified snapshot ${which} is None or not the latest one of volume ${id}.`;
    expectRefusal(await revert(first), 400, notLatest(first));
    expectRefusal(await revert(null), 400, notLatest('None'));
    const cannot = `Can't revert volume ${id} to its latest snapshot ${last}.`;
    await updateVolume(database, id, { status: 'in-use' });
    expectRefusal(
      await revert(last),
      409,
      `Invalid volume: ${cannot} Volume's status must be 'available'.`,
    );
    await updateVolume(database, id, { status: 'available' });
    await updateSnapshot(database, last, { status: 'error' });
    expectRefusal(
      await revert(last),
      409,
      `Invalid snapshot: ${cannot} Snapshot's status must be 'available'.`,
    );
    expect((await actor.show(id))['status']).toBe('available');
    await updateVolume(database, id, { sizeGib: 2 });
    expectRefusal(
      await revert(last),
      400,
      `${cannot} The volume size must be equal to the snapshot size.`,
    );
    const old = await actor.act(id, { revert: { snapshot_id: last } }, '3.39');
    expect(old.status).toBe(404);
  });
});

describe('os-reimage', () => {
  it('puts the image’s bytes and facts in the place of the volume’s', async () => {
    const source = await actor.make();
    await actor.write(source, 'of the image');
    const uploaded = await under.member.call('POST', `/volumes/${source}/action`, {
      'os-volume_upload_image': { image_name: 'disk' },
    });
    await under.idle();
    const imageId: string = uploaded.body['os-volume_upload_image'].image_id;
    const id = await actor.make();
    await actor.write(id, 'of the volume');
    const again = { 'os-reimage': { image_id: imageId } };
    expect((await actor.act(id, again, '3.67')).status).toBe(404);
    const asked = await under.member.call('POST', `/volumes/${id}/action`, again);
    expect(asked.status).toBe(202);
    await under.idle();
    const volume = await actor.show(id);
    expect(volume).toMatchObject({ status: 'available', bootable: 'true' });
    expect(volume['volume_image_metadata']).toMatchObject({
      image_id: imageId,
      image_name: 'disk',
    });
    expect(await actor.read(id, 12)).toBe('of the image');
  });

  it('refuses other statuses, unknown images and images that do not fit', async () => {
    const id = await actor.make();
    const { database } = under.engine.parts;
    const missingId = randomUUID();
    const asked = { 'os-reimage': { image_id: missingId } };
    await updateVolume(database, id, { status: 'reserved' });
    expectRefusal(
      await actor.act(id, asked),
      400,
      `Invalid volume: Volume ${id} status must be available or error, but current status is ` +
        'reserved.',
    );
    const reserved = { 'os-reimage': { image_id: missingId, reimage_reserved: true } };
    expectRefusal(await actor.act(id, reserved), 404, `Image ${missingId} could not be found.`);
    expect((await actor.show(id))['status']).toBe('reserved');
  });
});
