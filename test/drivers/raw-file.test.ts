// The laws of drivers over raw-file: where blocks cannot be shared (the temporary folder's file
// system is told not to), and on real xfs and btrfs where they can.
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { rawFileDriver } from '../../bundled-engine/drivers/raw-file';
import { describeDriver } from '../conformance/driver';
import type { DriverPool } from '../conformance/driver-pool';
import { mountFileSystem } from '../support/mounted-file-system';
import { notRun } from '../support/not-run';
import { removeFolder, tempFolder } from '../support/temp-folder';

async function poolIn(base: string, neverClone: boolean): Promise<DriverPool> {
  const folder = await mkdtemp(join(base, 'pool-'));
  return {
    folder,
    open: () => rawFileDriver({ folder, neverClone }),
    destroy: () => removeFolder(folder),
  };
}

describeDriver('raw-file, copying,', {
  makePool: async () => {
    const base = await tempFolder();
    const pool = await poolIn(base, true);
    return { ...pool, destroy: () => removeFolder(base) };
  },
  expected: { clones: false, onlineGrow: true, revert: true, checkpoints: false },
  stories: { runs: 12, steps: 40 },
});

for (const kind of ['xfs', 'btrfs'] as const) {
  const title = `raw-file, sharing blocks on ${kind},`;
  const mounted = mountFileSystem(kind, 400);
  if (typeof mounted === 'string') {
    notRun(`the ${title} driver keeps all laws`, mounted);
    continue;
  }
  afterAll(() => mounted.unmount());
  describeDriver(title, {
    makePool: () => poolIn(mounted.folder, false),
    expected: { clones: true, onlineGrow: true, revert: true, checkpoints: true },
    stories: { runs: 12, steps: 40 },
  });
}
