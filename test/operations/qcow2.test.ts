// Every operation once with the first pool on the qcow2 driver: overlays where raw files copy.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { notRun } from '../support/not-run';
import { stories } from './stories';
import { backupOf, volumeWithBytes } from './telling';
import { newWorld } from './world';

const folders = (process.env['PATH'] ?? '').split(delimiter);

describe('with qcow2 below', () => {
  if (!folders.some((folder) => existsSync(join(folder, 'qemu-img')))) {
    notRun('operations with the qcow2 driver', 'qemu-img is missing: install qemu-utils');
    return;
  }
  it.each(stories.map((story) => [`${story.operation}: ${story.title}`, story] as const))(
    '%s works',
    async (_title, story) => {
      const world = await newWorld({ kinds: ['qcow2', 'raw-file'] });
      try {
        const told = await story.prepare(world);
        await world.idle();
        await told.start();
        await world.idle();
        await world.expectTidy();
        await told.expectDone();
        expect(world.faulty.one.calls.length).toBeGreaterThan(0);
      } finally {
        await world.close();
      }
    },
  );

  it('an increment reads what changed and nothing else, and one checkpoint is kept', async () => {
    const world = await newWorld({ kinds: ['qcow2', 'raw-file'] });
    try {
      const { id } = await volumeWithBytes(world);
      const reads = (): number =>
        world.faulty.one.calls.filter((call) => call === 'reader.read').length;
      await backupOf(world, id);
      await world.idle();
      expect(reads()).toBe(2);
      const writer = await world.parts.pools[0]?.driver.openWriter(id);
      await writer?.write(8 * 1024 ** 2, Buffer.alloc(4096, 7));
      await writer?.close();
      const backupId = await backupOf(world, id, true);
      await world.idle();
      expect(reads()).toBe(3);
      expect((await world.parts.pools[0]?.driver.list())?.checkpoints).toEqual([backupId]);
      expect(await world.parts.backups.describeBackup(backupId)).toMatchObject({
        newChunks: 1,
        inheritedChunks: 2,
      });
      await world.expectTidy();
    } finally {
      await world.close();
    }
  });
});
