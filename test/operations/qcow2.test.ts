// Every operation once with the first pool on the qcow2 driver: overlays where raw files copy.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { notRun } from '../support/not-run';
import { stories } from './stories';
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
});
