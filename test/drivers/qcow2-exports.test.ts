// A block server that dies under a connected host is there again at the same place with every byte
// that was flushed; ending an export leaves no process, however often its server died; a folder
// whose path is too long for a socket has its sockets elsewhere.
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { qcow2Driver } from '../../bundled-engine/drivers/qcow2';
import { ioOn } from '../conformance/driver-exports';
import { notRun } from '../support/not-run';
import { endNow, eventually, processesIn } from '../support/processes';
import { removeFolder, tempFolder } from '../support/temp-folder';
import { toolMissing } from '../support/tools';

const missing = toolMissing('qemu-nbd') ?? toolMissing('qemu-io');
const exportIt = missing === null ? it : it.skip;
if (missing !== null) notRun('qcow2 exports', missing);

let folder = '';

beforeEach(async () => (folder = await tempFolder()));
afterEach(() => removeFolder(folder));

async function dies(): Promise<void> {
  const [pid = 0] = processesIn(folder);
  expect(pid).toBeGreaterThan(0);
  endNow(pid);
  await eventually('another server', () => processesIn(folder).some((each) => each !== pid));
}

exportIt('a server that dies is replaced, until it has died too often', async () => {
  const driver = await qcow2Driver({ folder });
  try {
    const id = randomUUID();
    await driver.createBlank({ id, sizeGib: 1 });
    const { devicePath } = await driver.startExport(id, { readOnly: false });
    await ioOn(devicePath, 'write -P 5 0 4k', 'flush');
    for (let times = 0; times < 5; times += 1) {
      await dies();
      await eventually('the export', () => ioOn(devicePath, 'read -P 5 0 4k'));
    }
    for (const pid of processesIn(folder)) endNow(pid);
    await eventually('the end', () => processesIn(folder).length === 0);
    await expect(ioOn(devicePath, 'read 0 512')).rejects.toThrow();
    expect(await driver.startExport(id, { readOnly: false })).toEqual({ devicePath });
    await ioOn(devicePath, 'read -P 5 0 4k');
  } finally {
    await driver.close();
  }
  expect(processesIn(folder)).toEqual([]);
});

exportIt('a pool with a long path exports too', async () => {
  const pool = join(folder, 'a-long-name-'.repeat(9));
  await mkdir(pool);
  const driver = await qcow2Driver({ folder: pool });
  try {
    const id = randomUUID();
    await driver.createBlank({ id, sizeGib: 1 });
    const { devicePath } = await driver.startExport(id, { readOnly: false });
    expect(devicePath).not.toContain(pool);
    await ioOn(devicePath, 'write -P 6 0 4k', 'read -P 6 0 4k');
    await driver.endExport(id);
    await expect(ioOn(devicePath, 'read 0 512')).rejects.toThrow();
  } finally {
    await driver.close();
  }
});
