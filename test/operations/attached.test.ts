// Operations on a volume that a host uses, and exports that cannot be made or ended: the status
// tells the truth in the end, and the host loses nothing.
import { randomUUID } from 'node:crypto';
import { DriverError } from '../../bundled-engine/drivers/driver-error';
import {
  completeAttachment,
  createAttachment,
  deleteAttachment,
  updateAttachmentConnector,
} from '../../bundled-engine/operations/admission/attachment-changes';
import { admitExtendVolume } from '../../bundled-engine/operations/admission/extend-admission';
import { recoverExports } from '../../bundled-engine/operations/volume-exports';
import { attachmentsOfVolume, findAttachment } from '../../bundled-engine/records/attachments';
import { connectionsOfVolume } from '../../bundled-engine/records/connections';
import { findSnapshot } from '../../bundled-engine/records/snapshots';
import { findVolume } from '../../bundled-engine/records/volumes';
import { snapshotOf, volumeWithBytes } from './telling';
import { newWorld } from './world';
import type { World } from './world';

const connector = { host: 'vm', mountpoint: '/dev/vdb' };
let world: World;

beforeEach(async () => (world = await newWorld()));
afterEach(() => world.close());

async function attached(): Promise<{ volumeId: string; attachmentId: string; bytes: Buffer }> {
  const { id: volumeId, bytes } = await volumeWithBytes(world);
  const { id: attachmentId } = await createAttachment(world.parts, world.asker, {
    volumeId,
    instanceId: null,
    connector,
    mode: null,
  });
  await completeAttachment(world.parts, world.asker, attachmentId);
  return { volumeId, attachmentId, bytes };
}

function grow(volumeId: string): Promise<void> {
  return admitExtendVolume(world.parts, world.asker, { volumeId, newSizeGib: 2, version: '3.70' });
}

async function statusOf(volumeId: string): Promise<unknown> {
  const volume = await findVolume(world.database, volumeId);
  return [volume?.status, volume?.attachStatus];
}

it('growing gives the status back that the attachments of its end make', async () => {
  const { volumeId, attachmentId } = await attached();
  let entered: () => void = () => undefined;
  const inStep = new Promise<void>((resolve) => (entered = resolve));
  let goOn: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  world.newRunner({
    beforeStep: async () => {
      entered();
      await held;
    },
  });
  await grow(volumeId);
  await inStep;
  expect(await statusOf(volumeId)).toEqual(['extending', 'attached']);
  await deleteAttachment(world.parts, world.asker, attachmentId);
  expect(await statusOf(volumeId)).toEqual(['extending', 'detached']);
  goOn();
  await world.idle();
  expect(await statusOf(volumeId)).toEqual(['available', 'detached']);
});

it('growing in use ends in use', async () => {
  const { volumeId } = await attached();
  await grow(volumeId);
  await world.idle();
  expect(await statusOf(volumeId)).toEqual(['in-use', 'attached']);
  expect(await findVolume(world.database, volumeId)).toMatchObject({ sizeGib: 2 });
});

it('a snapshot that would be torn fails, and the attached volume is as it was', async () => {
  const { volumeId, attachmentId, bytes } = await attached();
  const snapshotId = await snapshotOf(world, volumeId);
  await world.idle();
  const { clones } = world.parts.pools[0]?.driver.abilities ?? {};
  const { status } = (await findSnapshot(world.database, snapshotId)) ?? {};
  expect(status).toBe(clones ? 'available' : 'error');
  expect(await statusOf(volumeId)).toEqual(['in-use', 'attached']);
  await deleteAttachment(world.parts, world.asker, attachmentId);
  expect(await world.read('one', { volume: volumeId }, bytes.length)).toEqual(bytes);
});

it('an export that cannot be made leaves no attachment and no connection', async () => {
  const { id: volumeId } = await volumeWithBytes(world);
  world.faulty.one.fail({ method: 'startExport', when: 'after', times: 1 });
  const request = { volumeId, instanceId: null, connector, mode: null };
  await expect(createAttachment(world.parts, world.asker, request)).rejects.toMatchObject({
    code: 'exportFailed',
  });
  expect(await statusOf(volumeId)).toEqual(['available', 'detached']);
  expect(await attachmentsOfVolume(world.database, volumeId)).toEqual([]);
  expect(await connectionsOfVolume(world.database, volumeId)).toEqual([]);
  await createAttachment(world.parts, world.asker, request);
});

it('a reserved attachment whose export cannot be made stays reserved', async () => {
  const { id: volumeId } = await volumeWithBytes(world);
  const request = { volumeId, instanceId: randomUUID(), connector: null, mode: null };
  const { id } = await createAttachment(world.parts, world.asker, request);
  const busy = new DriverError('busy', 'a test says so');
  world.faulty.one.fail({ method: 'startExport', when: 'before', times: 1, error: busy });
  const connect = (): Promise<unknown> =>
    updateAttachmentConnector(world.parts, world.asker, { attachmentId: id, connector });
  await expect(connect()).rejects.toMatchObject({ code: 'volumeBusy', http: 409 });
  expect(await findAttachment(world.database, id)).toMatchObject({
    attachStatus: 'reserved',
    attachMode: 'null',
    connectionInfo: {},
  });
  expect(await statusOf(volumeId)).toEqual(['reserved', 'reserved']);
  expect(await connectionsOfVolume(world.database, volumeId)).toEqual([]);
  await connect();
});

it('an export that cannot be ended does not keep the volume attached', async () => {
  const { volumeId, attachmentId } = await attached();
  world.faulty.one.fail({ method: 'endExport', when: 'before', times: 1 });
  await deleteAttachment(world.parts, world.asker, attachmentId);
  expect(await statusOf(volumeId)).toEqual(['available', 'detached']);
});

it('exports that a start cannot make again do not stop it', async () => {
  const { volumeId } = await attached();
  world.faulty.one.fail({ method: 'startExport', when: 'before', times: 1 });
  expect(await recoverExports(world.parts)).toEqual([]);
  expect(await recoverExports(world.parts)).toEqual([volumeId]);
});
