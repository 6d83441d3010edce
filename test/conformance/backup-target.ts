// What every backup target promises, whatever keeps the objects. Run it over each target with a
// harness that makes an empty one; titles are the promises.
import { isBackupError } from '../../bundled-engine/backups/backup-error';
import type { BackupTarget } from '../../bundled-engine/backups/target';

/** Makes an empty target, opens the same place a second time, and takes it away. */
export interface TargetHarness {
  open(): Promise<BackupTarget>;
  /** The same place as a new process would see it. */
  reopen(): Promise<BackupTarget>;
  close(): Promise<void>;
}

const bytesOf = (text: string): Buffer => Buffer.from(text);

async function keysOf(target: BackupTarget, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of target.list(prefix)) keys.push(key);
  return keys.sort();
}

/** Registers the suite. `make` is called once a test. */
export function describeTarget(name: string, make: () => TargetHarness): void {
  describe(`backup target: ${name}`, () => {
    let harness: TargetHarness;
    let target: BackupTarget;

    beforeEach(async () => {
      harness = make();
      target = await harness.open();
    });
    afterEach(() => harness.close());

    it('gives back what was put, and null for what was not', async () => {
      await target.put('chunks/abc', bytesOf('one'));
      expect(Buffer.from((await target.get('chunks/abc')) ?? [])).toEqual(bytesOf('one'));
      expect(await target.has('chunks/abc')).toBe(true);
      expect(await target.get('chunks/abd')).toBeNull();
      expect(await target.has('chunks/abd')).toBe(false);
    });

    it('keeps empty objects and large ones', async () => {
      const large = Buffer.alloc(3 * 1024 * 1024, 'large');
      await target.put('chunks/empty', bytesOf(''));
      await target.put('chunks/large', large);
      expect(await target.get('chunks/empty')).toHaveLength(0);
      expect(large.equals((await target.get('chunks/large')) ?? bytesOf(''))).toBe(true);
    });

    it('replaces an object that is put again', async () => {
      await target.put('chunks/abc', bytesOf('longer than the next'));
      await target.put('chunks/abc', bytesOf('two'));
      expect(Buffer.from((await target.get('chunks/abc')) ?? [])).toEqual(bytesOf('two'));
      expect(await target.usedBytes()).toBe(3);
    });

    it('shows staged objects at once and keeps them after settle', async () => {
      await target.stage('chunks/abc', bytesOf('staged'));
      expect(await target.has('chunks/abc')).toBe(true);
      await target.settle();
      await target.settle();
      const later = await harness.reopen();
      expect(Buffer.from((await later.get('chunks/abc')) ?? [])).toEqual(bytesOf('staged'));
    });

    it('settles although a staged object was removed meanwhile', async () => {
      await target.stage('chunks/abc', bytesOf('staged'));
      await target.remove('chunks/abc');
      await target.settle();
      expect(await target.has('chunks/abc')).toBe(false);
    });

    it('takes removing what is gone as success', async () => {
      await target.put('chunks/abc', bytesOf('one'));
      await target.remove('chunks/abc');
      await target.remove('chunks/abc');
      expect(await target.get('chunks/abc')).toBeNull();
      expect(await target.usedBytes()).toBe(0);
    });

    it('discards as it removes', async () => {
      await target.stage('chunks/abc', bytesOf('one'));
      await target.discard('chunks/abc');
      await target.discard('chunks/abc');
      expect(await target.has('chunks/abc')).toBe(false);
      await target.settle();
      expect(await target.usedBytes()).toBe(0);
    });

    it('lists the keys of one prefix alone', async () => {
      const keys = ['chunks/aa1', 'chunks/aa2', 'chunks/bb1'];
      for (const key of [...keys, 'backups/aa1']) await target.put(key, bytesOf(key));
      expect(await keysOf(target, 'chunks/')).toEqual(keys);
      expect(await keysOf(target, 'backups/')).toEqual(['backups/aa1']);
      expect(await keysOf(target, 'unfinished/')).toEqual([]);
    });

    it('keeps its objects when swept', async () => {
      await target.put('chunks/abc', bytesOf('one'));
      await (await harness.reopen()).sweep();
      expect(await keysOf(target, 'chunks/')).toEqual(['chunks/abc']);
    });

    it('takes many writers of one key: one of them wins whole', async () => {
      const writers = Array.from({ length: 16 }, (_, n) => Buffer.alloc(70_000, n));
      await Promise.all(writers.map((bytes) => target.put('chunks/abc', bytes)));
      const kept = Buffer.from((await target.get('chunks/abc')) ?? []);
      expect(writers.some((bytes) => bytes.equals(kept))).toBe(true);
    });

    it.each([
      '',
      'chunks',
      'chunks/',
      'chunks/a',
      '../x/aa',
      'chunks/../aa',
      'chunks/.aa',
      'a/b/cc',
    ])('refuses the key %j', async (key) => {
      const refusals = await Promise.allSettled([
        target.put(key, bytesOf('x')),
        target.stage(key, bytesOf('x')),
        target.get(key),
        target.has(key),
        target.remove(key),
        target.discard(key),
      ]);
      const codes = refusals.map(
        (end) => end.status === 'rejected' && isBackupError(end.reason, 'refused'),
      );
      expect(codes).toEqual([true, true, true, true, true, true]);
    });
  });
}
