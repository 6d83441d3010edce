// The laws of drivers over qcow2, with a short chain bound so that melting and flattening happen.
import { qcow2Driver } from '../../bundled-engine/drivers/qcow2';
import { describeDriver } from '../conformance/driver';
import { notRun } from '../support/not-run';
import { removeFolder, tempFolder } from '../support/temp-folder';
import { toolMissing } from '../support/tools';

const missing = toolMissing('qemu-img') ?? toolMissing('qemu-nbd');
if (missing === null) {
  describeDriver('qcow2', {
    makePool: async () => {
      const folder = await tempFolder();
      return {
        folder,
        open: () => qcow2Driver({ folder, maxDepth: 4 }),
        destroy: () => removeFolder(folder),
      };
    },
    expected: { clones: true, onlineGrow: false, revert: true, checkpoints: true },
    stories: { runs: 8, steps: 40 },
  });
} else {
  notRun('the qcow2 driver keeps all laws', missing);
}
