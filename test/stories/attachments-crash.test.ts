// kill -9 of an engine whose volume a host is using: what was written before and while there was no
// engine is in the volume, the export is there again at the same address, and can be ended.
import { setTimeout as pause } from 'node:timers/promises';
import { ioOn } from '../conformance/driver-exports';
import { MortalEngine } from '../support/mortal-engine';
import { notRun } from '../support/not-run';
import { PlainCaller } from '../support/plain-caller';
import { toolMissing } from '../support/tools';

const missing = toolMissing('qemu-nbd') ?? toolMissing('qemu-io');
const connector = { host: 'vm', mountpoint: '/dev/vdb' };
const timeoutMs = 60_000;

/** The microversion with attachments that can be completed. */
const version = { 'OpenStack-API-Version': 'volume 3.70' };

async function ask(caller: PlainCaller, method: string, path: string, body?: unknown) {
  const options = { headers: version, ...(body === undefined ? {} : { body }) };
  return caller.call(method, `/volume/v3/${caller.projectId}${path}`, options);
}

async function availableVolume(caller: PlainCaller): Promise<string> {
  const made = await ask(caller, 'POST', '/volumes', { volume: { size: 1 } });
  const path = `/volumes/${made.body.volume.id}`;
  const deadlineMs = performance.now() + timeoutMs;
  while ((await ask(caller, 'GET', path)).body.volume.status !== 'available') {
    if (performance.now() > deadlineMs) throw new Error(`${path} did not become available`);
    await pause(20);
  }
  return made.body.volume.id;
}

if (missing !== null) notRun('exports of a killed engine', missing);
(missing === null ? it.each(['raw-file', 'qcow2']) : it.skip.each(['raw-file', 'qcow2']))(
  'a killed engine with a pool of %s loses no byte and no export',
  async (driver) => {
    const engine = new MortalEngine(`pools: [{ name: main, driver: ${driver} }]\n`);
    try {
      await engine.start();
      const member = await PlainCaller.login(engine.dataFolder);
      const volumeId = await availableVolume(member);
      const made = await ask(member, 'POST', '/attachments', {
        attachment: { volume_uuid: volumeId, connector },
      });
      const { id, connection_info: told } = made.body.attachment;
      await ask(member, 'POST', `/attachments/${id}/action`, { 'os-complete': {} });
      await ioOn(told.device_path, 'write -P 0x31 0 4k', 'flush');
      await engine.kill();
      await ioOn(told.device_path, 'write -P 0x32 4k 4k', 'flush');
      await engine.start();
      await ioOn(told.device_path, 'read -P 0x31 0 4k', 'read -P 0x32 4k 4k');
      const again = await PlainCaller.login(engine.dataFolder);
      const shown = await ask(again, 'GET', `/attachments/${id}`);
      expect(shown.body.attachment).toMatchObject({ status: 'attached', connection_info: told });
      expect((await ask(again, 'DELETE', `/attachments/${id}`)).status).toBe(200);
      await expect(ioOn(told.device_path, 'read 0 512')).rejects.toThrow();
      expect((await ask(again, 'DELETE', `/volumes/${volumeId}`)).status).toBe(202);
    } finally {
      await engine.dispose();
    }
  },
  timeoutMs,
);
