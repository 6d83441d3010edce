// A guest may write whatever it likes into its disk: a qcow2 header that names a file of the host,
// say. Law: nothing here ever reads a volume's bytes as a format (the family of CVE-2015-1851 and
// CVE-2026-24708); they stay what they are through every operation.
import { findVolume } from '../../bundled-engine/records/volumes';
import { driverOf } from '../../bundled-engine/operations/operation-context';
import { notRun } from '../support/not-run';
import { toolMissing } from '../support/tools';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { EngineUnderTest } from './engine-under-test';

const gib = 1024 ** 3;

/** A valid qcow2 of 8 GiB whose backing file is one of the host's. */
function evilHeader(): Buffer {
  const image = Buffer.alloc(192 * 1024);
  const backing = '/etc/passwd';
  image.write('QFI\xfb', 0, 'latin1');
  image.writeUInt32BE(3, 4);
  image.writeBigUInt64BE(112n, 8);
  image.writeUInt32BE(backing.length, 16);
  image.writeUInt32BE(16, 20);
  image.writeBigUInt64BE(BigInt(8 * gib), 24);
  image.writeUInt32BE(16, 36);
  image.writeBigUInt64BE(0x20000n, 40);
  image.writeBigUInt64BE(0x10000n, 48);
  image.writeUInt32BE(1, 56);
  image.writeUInt32BE(4, 96);
  image.writeUInt32BE(104, 100);
  image.write(backing, 112);
  return image;
}

async function readOf(under: EngineUnderTest, id: string): Promise<Buffer> {
  const { parts } = under.engine;
  const { pool = null } = (await findVolume(parts.database, id)) ?? {};
  const reader = await driverOf(parts, pool).openReader({ volume: id });
  const bytes = Buffer.alloc(evilHeader().length);
  await reader.read(0, bytes).finally(() => reader.close());
  return bytes;
}

async function expectIntactThroughout(under: EngineUnderTest, pool: string, other: string) {
  const { admin, member, engine } = under;
  for (const name of [pool, other]) {
    const extra_specs = { volume_backend_name: name };
    await admin.call('POST', '/types', { volume_type: { name: `on-${name}`, extra_specs } });
  }
  const { id } = await madeVolume(under, { volume_type: `on-${pool}` });
  const writer = await driverOf(engine.parts, pool).openWriter(id);
  await writer.write(0, evilHeader());
  await writer.close();
  const expectIntact = async (volumeId: string, sizeGib: number): Promise<void> => {
    const { volume } = (await member.call('GET', `/volumes/${volumeId}`)).body;
    expect(volume).toMatchObject({ status: 'available', size: sizeGib });
    expect((await readOf(under, volumeId)).equals(evilHeader())).toBe(true);
  };
  const act = async (body: object): Promise<Record<string, { image_id: string }>> => {
    const answer = await member.call('POST', `/volumes/${id}/action`, body);
    expect(answer.status).toBe(202);
    await under.idle();
    return answer.body;
  };
  await act({ 'os-extend': { new_size: 2 } });
  await expectIntact(id, 2);
  for (const disk_format of ['raw', 'qcow2']) {
    const body = { image_name: 'evil', disk_format, container_format: 'bare' };
    const made = await act({ 'os-volume_upload_image': body });
    const imageRef = made['os-volume_upload_image']?.image_id;
    const image = await member.request(`/image/v2/images/${imageRef}`);
    expect(image.body).toMatchObject({ status: 'active', virtual_size: 2 * gib });
    for (const name of [pool, other]) {
      const copy = await madeVolume(under, { size: 3, imageRef, volume_type: `on-${name}` });
      await expectIntact(copy.id, 3);
      expect((await member.call('DELETE', `/volumes/${copy.id}`)).status).toBe(202);
      await under.idle();
    }
  }
  await act({ 'os-retype': { new_type: `on-${other}`, migration_policy: 'on-demand' } });
  await expectIntact(id, 2);
}

const missing = toolMissing('qemu-img') ?? toolMissing('qemu-nbd');
const title = 'a qcow2 header inside a volume is only bytes, in every pool';
if (missing !== null) notRun(title, missing);
else {
  it.each([
    ['raw', 'qcow2'],
    ['qcow2', 'raw'],
  ])(`${title} (%s)`, async (pool, other) => {
    const under = await engineUnderTest();
    try {
      await expectIntactThroughout(under, pool, other);
    } finally {
      await under.stop();
    }
  });
}
