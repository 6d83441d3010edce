// What backups promise: restore gives every byte back, holes are neither read nor stored,
// increments read what changed, and each backup is whole without the others.
import * as fc from 'fast-check';
import type { ByteSink, ByteSource } from '../../bundled-engine/backups/byte-source';
import { chunkBytes } from '../../bundled-engine/backups/chunk-format';
import type { VolumeReader, VolumeWriter } from '../../bundled-engine/drivers/driver';
import { extentBytes, type Extent } from '../../bundled-engine/host/extents';
import { ModelSink, ModelVolume, type ModelWrite } from './model-volume';
import { restored, temporaryStore, type TemporaryStore } from './temporary-store';

const mib = 1024 * 1024;

let on: TemporaryStore;

beforeEach(async () => {
  on = await temporaryStore();
});
afterEach(() => on.close());

function volumeWith(sizeBytes: number, ...writes: ModelWrite[]): ModelVolume {
  const volume = new ModelVolume('volume', sizeBytes);
  for (const write of writes) volume.write(write);
  return volume;
}

describe('a backup', () => {
  it('takes the readers and writers of drivers as they are', () => {
    const source = (reader: VolumeReader): ByteSource => reader;
    const sink = (writer: VolumeWriter): ByteSink => writer;
    expect([source.length, sink.length]).toEqual([1, 1]);
  });

  it('reads data alone and stores nothing for holes and zeroes', async () => {
    const volume = volumeWith(
      10_000 * mib - 1,
      { offset: 5, length: 10, filling: 'random' },
      { offset: 7 * mib, length: 2 * mib, filling: 'zeroes' },
    );
    const summary = await on.store.createBackup({ backupId: 'b1', source: volume });
    expect(extentBytes(volume.reads)).toBe(10 + 2 * mib);
    expect(summary).toMatchObject({ readBytes: 10 + 2 * mib, objectCount: 1, newChunks: 1 });
    expect(await on.store.usedBytes()).toBeLessThan(2000);
  });

  it('of an empty volume is restored as an empty volume', async () => {
    for (const size of [0, 1, 3 * mib]) {
      const backupId = `empty-${size}`;
      await on.store.createBackup({ backupId, source: new ModelVolume('v', size) });
      expect((await restored(on.store, backupId)).equals(Buffer.alloc(size))).toBe(true);
    }
  });

  it('compresses what can be compressed and stores equal chunks once', async () => {
    const volume = volumeWith(8 * mib, { offset: 0, length: 8 * mib, filling: 'text' });
    volume.bytes.copy(volume.bytes, 4 * mib, 0, 4 * mib);
    const summary = await on.store.createBackup({ backupId: 'b1', source: volume });
    expect(summary).toMatchObject({ objectCount: 8, newChunks: 4, reusedChunks: 4 });
    expect(summary.storedBytes).toBeLessThan(4 * 10_000);
    expect((await restored(on.store, 'b1')).equals(volume.bytes)).toBe(true);
  });

  it('made twice under one id is one backup with the first facts', async () => {
    const volume = volumeWith(2 * mib, { offset: 0, length: mib, filling: 'random' });
    const first = await on.store.createBackup({ backupId: 'b1', source: volume });
    const used = await on.store.usedBytes();
    const again = await (await on.reopen()).createBackup({ backupId: 'b1', source: volume });
    expect(again).toEqual(first);
    expect(await on.store.listBackups()).toEqual(['b1']);
    expect(await on.store.usedBytes()).toBe(used);
  });

  it('made twice at the same moment under one id is one backup', async () => {
    const volume = volumeWith(4 * mib, { offset: 0, length: 4 * mib, filling: 'random' });
    const both = await Promise.all(
      [1, 2].map(() => on.store.createBackup({ backupId: 'b1', source: volume })),
    );
    expect(both[0]).toEqual(both[1]);
    expect(both[0]?.newChunks).toBe(4);
  });

  it('tells its progress, rising to the whole', async () => {
    const volume = volumeWith(4 * mib, { offset: 100, length: 3 * mib, filling: 'random' });
    const seen: number[] = [];
    const onProgress = (at: { doneBytes: number; totalBytes: number }): void => {
      expect(at.totalBytes).toBe(3 * mib);
      seen.push(at.doneBytes);
    };
    await on.store.createBackup({ backupId: 'b1', source: volume, onProgress });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(3 * mib);
  });

  it('is refused under an id that is no plain name', async () => {
    const source = new ModelVolume('v', mib);
    for (const backupId of ['', '../../etc', 'a/b', '.hidden', 'x'.repeat(200)]) {
      await expect(on.store.createBackup({ backupId, source })).rejects.toMatchObject({
        code: 'refused',
      });
    }
    expect(await on.store.usedBytes()).toBe(0);
  });
});

describe('an increment', () => {
  it('reads only what changed, and is whole without its parent', async () => {
    const volume = volumeWith(64 * mib, { offset: 0, length: 64 * mib, filling: 'text' });
    await on.store.createBackup({ backupId: 'full', source: volume });
    const change = { offset: 10 * mib + 77, length: 5, filling: 'random' } as const;
    volume.write(change);
    volume.reads.length = 0;
    const since = { parentId: 'full', changed: [change] };
    const summary = await on.store.createBackup({ backupId: 'inc', source: volume, since });
    expect(volume.reads).toEqual([{ offset: 10 * mib, length: mib }]);
    expect(summary).toMatchObject({ parentId: 'full', newChunks: 1, inheritedChunks: 63 });
    await on.store.deleteBackup('full');
    expect((await restored(on.store, 'inc')).equals(volume.bytes)).toBe(true);
  });

  it('without known changes stores only what is new', async () => {
    const volume = volumeWith(8 * mib, { offset: 0, length: 8 * mib, filling: 'random' });
    await on.store.createBackup({ backupId: 'full', source: volume });
    volume.write({ offset: 3 * mib, length: 9, filling: 'random' });
    const summary = await on.store.createBackup({ backupId: 'next', source: volume });
    expect(summary).toMatchObject({ newChunks: 1, reusedChunks: 7, inheritedChunks: 0 });
  });

  it('of a parent that is not there is refused and leaves nothing', async () => {
    const volume = volumeWith(2 * mib, { offset: 0, length: mib, filling: 'random' });
    const since = { parentId: 'gone', changed: [] };
    const creating = on.store.createBackup({ backupId: 'inc', source: volume, since });
    await expect(creating).rejects.toMatchObject({
      code: 'missing',
      message: expect.stringContaining('Could not build on backup gone'),
    });
    expect(await on.store.usedBytes()).toBe(0);
  });

  it('reads a chunk anew that its parent lost', async () => {
    const volume = volumeWith(4 * mib, { offset: 0, length: 4 * mib, filling: 'random' });
    await on.store.createBackup({ backupId: 'full', source: volume });
    for await (const key of on.target.list('chunks/')) await on.target.remove(key);
    const since = { parentId: 'full', changed: [] };
    const summary = await on.store.createBackup({ backupId: 'inc', source: volume, since });
    expect(summary).toMatchObject({ newChunks: 4, inheritedChunks: 0 });
    expect((await restored(on.store, 'full')).equals(volume.bytes)).toBe(true);
  });
});

describe('a restore', () => {
  it('to a blank volume keeps holes, and writes no zeroes', async () => {
    const volume = volumeWith(9 * mib, { offset: mib + 8192, length: 4096, filling: 'random' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    const sink = new ModelSink(9 * mib, 'blank');
    const summary = await on.store.restoreBackup({ backupId: 'b1', sink, sinkIsBlank: true });
    expect(sink.written).toEqual([{ offset: mib + 8192, length: 4096 }]);
    expect(sink.zeroed).toEqual([]);
    expect(summary.writtenBytes).toBe(4096);
    expect(sink.isFlushed).toBe(true);
  });

  it('to a larger volume leaves zeroes behind the backup', async () => {
    const volume = volumeWith(mib + 5, { offset: mib, length: 5, filling: 'random' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    const sink = new ModelSink(3 * mib, 'old bytes');
    await on.store.restoreBackup({ backupId: 'b1', sink, sinkIsBlank: false });
    expect(sink.bytes.equals(Buffer.concat([volume.bytes, Buffer.alloc(2 * mib - 5)]))).toBe(true);
  });

  it('to a smaller volume is refused and writes nothing', async () => {
    const volume = volumeWith(2 * mib, { offset: 0, length: mib, filling: 'random' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    const sink = new ModelSink(2 * mib - 1, 'old bytes');
    const restoring = on.store.restoreBackup({ backupId: 'b1', sink, sinkIsBlank: false });
    await expect(restoring).rejects.toMatchObject({ code: 'refused' });
    expect(sink.written).toEqual([]);
  });

  it('of a backup that is not there says so', async () => {
    const sink = new ModelSink(mib, 'blank');
    const restoring = on.store.restoreBackup({ backupId: 'gone', sink, sinkIsBlank: true });
    await expect(restoring).rejects.toMatchObject({ code: 'missing' });
  });

  it('stops when aborted, with the reason of the signal', async () => {
    const volume = volumeWith(20 * mib, { offset: 0, length: 20 * mib, filling: 'text' });
    await on.store.createBackup({ backupId: 'b1', source: volume });
    const abort = new AbortController();
    const reason = new Error('enough');
    const sink = new ModelSink(20 * mib, 'blank');
    const restoring = on.store.restoreBackup({
      backupId: 'b1',
      sink,
      sinkIsBlank: true,
      signal: abort.signal,
      onProgress: () => abort.abort(reason),
    });
    await expect(restoring).rejects.toBe(reason);
    expect(sink.isFlushed).toBe(false);
  });
});

/** Offsets near chunk borders and anywhere; lengths from a byte to some chunks. */
const extentArb = (sizeBytes: number): fc.Arbitrary<Extent> =>
  fc
    .record({
      offset: fc.oneof(
        fc.integer({ min: 0, max: sizeBytes - 1 }),
        fc
          .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: -2, max: 2 }))
          .map(([chunk, by]) => Math.min(Math.max(chunk * chunkBytes + by, 0), sizeBytes - 1)),
      ),
      length: fc.oneof(fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 1, max: 3 * mib })),
    })
    .map(({ offset, length }) => ({ offset, length: Math.min(length, sizeBytes - offset) }));

const writesArb = (sizeBytes: number): fc.Arbitrary<ModelWrite[]> =>
  fc.array(
    fc
      .tuple(extentArb(sizeBytes), fc.constantFrom('random', 'text', 'zeroes'))
      .map(([extent, filling]) => ({ ...extent, filling })),
    { maxLength: 5 },
  );

const historyArb = fc
  .record({
    sizeBytes: fc.integer({ min: 1, max: 6 * mib }),
    grownBytes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 * mib })),
  })
  .chain(({ sizeBytes, grownBytes }) =>
    fc.record({
      sizeBytes: fc.constant(sizeBytes),
      grownBytes: fc.constant(grownBytes),
      before: writesArb(sizeBytes),
      after: writesArb(sizeBytes + grownBytes),
      discarded: fc.array(extentArb(sizeBytes), { maxLength: 2 }),
      knowsChanges: fc.boolean(),
      blank: fc.boolean(),
      deleteFullFirst: fc.boolean(),
    }),
  );

describe('any history of writes, holes and growth', () => {
  it('is restored byte for byte from each backup, and deleting gives all space back', async () => {
    const property = fc.asyncProperty(historyArb, async (history) => {
      const volume = volumeWith(history.sizeBytes, ...history.before);
      await on.store.createBackup({ backupId: 'full', source: volume });
      const first = Buffer.from(volume.bytes);
      volume.grow(history.sizeBytes + history.grownBytes);
      for (const extent of history.discarded) volume.discard(extent);
      for (const write of history.after) volume.write(write);
      const changed = [...history.after, ...history.discarded];
      const since = history.knowsChanges ? { parentId: 'full', changed } : undefined;
      await on.store.createBackup({ backupId: 'inc', source: volume, since });

      for (const [backupId, expected] of [
        ['full', first],
        ['inc', volume.bytes],
      ] as const) {
        const sink = new ModelSink(expected.length, history.blank ? 'blank' : 'old bytes');
        await on.store.restoreBackup({ backupId, sink, sinkIsBlank: history.blank });
        expect(sink.bytes.equals(expected)).toBe(true);
      }
      const [last, other] = history.deleteFullFirst ? ['inc', 'full'] : ['full', 'inc'];
      await on.store.deleteBackup(other);
      const left = last === 'full' ? first : volume.bytes;
      expect((await restored(on.store, last)).equals(left)).toBe(true);
      await on.store.deleteBackup(last);
      expect(await on.store.usedBytes()).toBe(0);
    });
    await fc.assert(property, { numRuns: 40, endOnFailure: true });
  });
});
