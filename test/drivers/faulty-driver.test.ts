// The wrappers themselves: injected faults strike where told and nowhere else; work on one thing is
// serial, on different things it is not.
import { isDriverError } from '../../bundled-engine/drivers/driver-error';
import { KeyedLock } from '../../bundled-engine/host/keyed-lock';
import { rawFileDriver } from '../../bundled-engine/drivers/raw-file';
import { expectRefusal, newId } from '../conformance/driver-pool';
import { faultyDriver } from '../support/faulty-driver';
import { removeFolder, tempFolder } from '../support/temp-folder';

let folder = '';
beforeEach(async () => (folder = await tempFolder()));
afterEach(() => removeFolder(folder));

it('a fault before a call keeps it from happening; one after lets it happen', async () => {
  const { driver, fail, calls } = faultyDriver(await rawFileDriver({ folder }));
  const [one, two] = [newId(), newId()];
  fail({ method: 'createBlank', when: 'before', times: 1 });
  await expectRefusal(driver.createBlank({ id: one, sizeGib: 1 }), 'transient');
  fail({ method: 'createBlank', when: 'after', times: 1, error: new Error('after') });
  await expect(driver.createBlank({ id: two, sizeGib: 1 })).rejects.toThrow('after');
  expect((await driver.list()).volumes).toEqual([two]);
  expect(calls).toEqual(['createBlank', 'createBlank', 'list']);
  expect(driver.abilities.onlineGrow).toBe(true);
});

it('faults reach readers and writers, may skip calls, and heal', async () => {
  const { driver, fail, heal, calls } = faultyDriver(await rawFileDriver({ folder }));
  const id = newId();
  await driver.createBlank({ id, sizeGib: 1 });
  fail({ method: 'writer.write', when: 'before', skip: 1 });
  const writer = await driver.openWriter(id);
  await writer.write(0, Buffer.from('abc'));
  const second = await writer.write(0, Buffer.from('def')).catch((error: unknown) => error);
  expect(isDriverError(second, 'transient')).toBe(true);
  heal();
  await writer.write(3, Buffer.from('ghi'));
  expect(writer.sizeBytes).toBe(2 ** 30);
  await writer.close();
  const reader = await driver.openReader({ volume: id });
  const bytes = Buffer.alloc(6);
  await reader.read(0, bytes);
  await reader.close();
  expect(bytes.toString()).toBe('abcghi');
  expect(calls).toContain('reader.read');
});

it('faults reach what lies in the pool unmanaged', async () => {
  const { driver, fail, heal, calls } = faultyDriver(await rawFileDriver({ folder }));
  const id = newId();
  await driver.createBlank({ id, sizeGib: 1 });
  fail({ method: 'unmanaged.letGo', when: 'after', times: 1 });
  await expectRefusal(driver.unmanaged.letGo({ volume: id }, 'name'), 'transient');
  heal();
  await driver.unmanaged.letGo({ volume: id }, 'name');
  expect((await driver.unmanaged.list()).map(({ name }) => name)).toEqual(['name']);
  expect(calls).toEqual(['createBlank', 'unmanaged.letGo', 'unmanaged.letGo', 'unmanaged.list']);
});

it('work on one key is serial in order of arrival, whatever else it needs', async () => {
  const lock = new KeyedLock();
  const order: string[] = [];
  const open: (() => void)[] = [];
  const job = (name: string, keys: string[]): Promise<void> =>
    lock.run(keys, async () => {
      order.push(`${name} begins`);
      await new Promise<void>((resolve) => open.push(resolve));
      order.push(`${name} ends`);
    });
  const jobs = [job('a', ['x', 'y']), job('b', ['y']), job('c', ['z']), job('d', ['x', 'z'])];
  for (let finished = 0; finished < jobs.length; finished += 1) {
    while (open.length === 0) await Promise.resolve();
    open.shift()?.();
    await Promise.race(jobs);
  }
  while (open.length > 0) open.shift()?.();
  await Promise.all(jobs);
  const at = (event: string): number => order.indexOf(event);
  expect(at('c begins')).toBeLessThan(at('a ends'));
  expect(at('b begins')).toBeGreaterThan(at('a ends'));
  expect(at('d begins')).toBeGreaterThan(Math.max(at('a ends'), at('c ends')));
});

it('a failure of one piece of work does not hold up the next', async () => {
  const lock = new KeyedLock();
  const failing = lock.run(['x'], () => Promise.reject(new Error('no')));
  const next = lock.run(['x'], () => Promise.resolve('yes'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
});
