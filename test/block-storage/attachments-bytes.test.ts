// The bytes behind attachments, in a pool of each kind: a program that knows nothing of the engine
// uses what the API told it, os-brick takes it for a connection of its own, it is there again after
// the engine was stopped, and ends with the attachment.
import { execFileSync } from 'node:child_process';
import { ioOn } from '../conformance/driver-exports';
import { notRun } from '../support/not-run';
import { removeFolder, tempFolder } from '../support/temp-folder';
import { toolMissing } from '../support/tools';
import { engineUnderTest, madeVolume } from './engine-under-test';
import type { Caller, EngineUnderTest } from './engine-under-test';

const mib = 1024 * 1024;
const connector = { host: 'vm', mountpoint: '/dev/vdb' };
const pools = ['raw', 'qcow2'] as const;
const missing = toolMissing('qemu-nbd') ?? toolMissing('qemu-io');

/** What a connected attachment tells. */
interface Told {
  readonly id: string;
  readonly connection_info: { readonly device_path: string };
}

async function attach(member: Caller, volumeId: string, more = {}): Promise<Told> {
  const attachment = { volume_uuid: volumeId, connector, ...more };
  const made = await member.call('POST', '/attachments', { attachment });
  if (made.status !== 200) throw new Error(JSON.stringify(made.body));
  const path = `/attachments/${made.body.attachment.id}/action`;
  await member.call('POST', path, { 'os-complete': {} });
  return made.body.attachment;
}

async function addTypes(admin: Caller): Promise<void> {
  for (const pool of pools) {
    const extra_specs = { volume_backend_name: pool, multiattach: '<is> True' };
    await admin.call('POST', '/types', { volume_type: { name: pool, extra_specs } });
  }
}

function brickTells(told: Told): string {
  const script = [
    'import json, sys',
    'from os_brick.initiator import connector',
    'told = json.loads(sys.argv[1])',
    'brick = connector.InitiatorConnector.factory(told["driver_volume_type"], None)',
    'print(brick.connect_volume(told)["path"])',
  ].join('\n');
  const argument = JSON.stringify(told.connection_info);
  return execFileSync('/usr/bin/python3', ['-c', script, argument], { encoding: 'utf8' }).trim();
}

const brickMissing = ((): string | null => {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import os_brick'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'os-brick is missing: apt-get install python3-os-brick';
  }
})();

if (missing !== null) notRun('bytes behind attachments', missing);
(missing === null ? describe.each(pools) : describe.skip.each(pools))('in the pool %s', (pool) => {
  let folder = '';
  let under: EngineUnderTest;

  beforeAll(async () => {
    folder = await tempFolder();
    under = await engineUnderTest({ folder });
    await addTypes(under.admin);
  });

  afterAll(async () => {
    await under.stop();
    await removeFolder(folder);
  });

  it('an attachment leads to the bytes, and no longer when it is deleted', async () => {
    const { member } = under;
    const { id } = await madeVolume(under, { volume_type: pool });
    const first = await attach(member, id);
    const path = first.connection_info.device_path;
    await ioOn(path, `write -P 0x5a ${3 * mib} 64k`, 'flush');
    const second = await attach(member, id, { connector: { host: 'other' } });
    expect(second.connection_info.device_path).toBe(path);
    await member.call('DELETE', `/attachments/${first.id}`);
    await ioOn(path, `read -P 0x5a ${3 * mib} 64k`);
    await member.call('DELETE', `/attachments/${second.id}`);
    await expect(ioOn(path, 'read 0 512')).rejects.toThrow();
    const copy = await madeVolume(under, { source_volid: id });
    const third = await attach(member, copy.id);
    await ioOn(third.connection_info.device_path, `read -P 0x5a ${3 * mib} 64k`);
    await member.call('DELETE', `/attachments/${third.id}`);
  });

  it('os-initialize_connection leads there too, until the host’s connection is ended', async () => {
    const { member } = under;
    const { id } = await madeVolume(under, { volume_type: pool });
    const act = (action: object): ReturnType<Caller['call']> =>
      member.call('POST', `/volumes/${id}/action`, action);
    const told = await act({ 'os-initialize_connection': { connector } });
    expect([told.status, told.body.connection_info]).toMatchObject([
      200,
      { driver_volume_type: 'local', data: { access_mode: 'rw', encrypted: false } },
    ]);
    const { device_path: path } = told.body.connection_info.data;
    await ioOn(path, 'write -P 1 0 4k', 'flush');
    await act({ 'os-terminate_connection': { connector: { host: 'another' } } });
    await ioOn(path, 'read -P 1 0 4k');
    expect((await act({ 'os-terminate_connection': { connector } })).status).toBe(202);
    await expect(ioOn(path, 'read 0 512')).rejects.toThrow();
  });

  it('an attached volume is extended where the driver can, or refused', async () => {
    const { member } = under;
    const { id } = await madeVolume(under, { volume_type: pool });
    const { id: attachmentId, connection_info: told } = await attach(member, id);
    const grow = { 'os-extend': { new_size: 2 } };
    const answer = await member.call('POST', `/volumes/${id}/action`, grow);
    expect([answer.body, answer.status]).toEqual([answer.body, pool === 'raw' ? 202 : 400]);
    await under.idle();
    const { volume } = (await member.call('GET', `/volumes/${id}`)).body;
    expect(volume).toMatchObject({ status: 'in-use', size: pool === 'raw' ? 2 : 1 });
    if (pool === 'raw') await ioOn(told.device_path, `write -P 2 ${1500 * mib} 4k`);
    await member.call('DELETE', `/attachments/${attachmentId}`);
  });

  it('an attachment lost while the volume grows does not come back with its end', async () => {
    const { member } = under;
    const { id } = await madeVolume(under, { volume_type: 'raw' });
    const { id: attachmentId } = await attach(member, id);
    const grow = { 'os-extend': { new_size: 2 } };
    const [grown] = await Promise.all([
      member.call('POST', `/volumes/${id}/action`, grow),
      member.call('DELETE', `/attachments/${attachmentId}`),
    ]);
    expect([202, 400]).toContain(grown.status);
    await under.idle();
    const { volume } = (await member.call('GET', `/volumes/${id}`)).body;
    expect(volume).toMatchObject({ status: 'available', attachments: [] });
  });

  if (brickMissing === null) {
    it('os-brick takes it for a connection of its own', async () => {
      const { id } = await madeVolume(under, { volume_type: pool });
      const told = await attach(under.member, id);
      expect(brickTells(told)).toBe(told.connection_info.device_path);
      await under.member.call('DELETE', `/attachments/${told.id}`);
    });
  } else {
    notRun(`os-brick connects volumes of ${pool}`, brickMissing);
  }

  it('is there again after a stop and a start, and can still be deleted', async () => {
    const { id } = await madeVolume(under, { volume_type: pool });
    const told = await attach(under.member, id);
    const path = told.connection_info.device_path;
    await ioOn(path, `write -P 0x77 ${9 * mib} 4k`, 'flush');
    await under.stop();
    under = await engineUnderTest({ folder });
    await ioOn(path, `read -P 0x77 ${9 * mib} 4k`);
    const shown = await under.member.call('GET', `/attachments/${told.id}`);
    expect(shown.body.attachment).toMatchObject({
      status: 'attached',
      connection_info: { device_path: path },
    });
    await under.member.call('DELETE', `/attachments/${told.id}`);
    await expect(ioOn(path, 'read 0 512')).rejects.toThrow();
    expect((await under.member.call('DELETE', `/volumes/${id}`)).status).toBe(202);
    await under.idle();
  });
});
