// The composites where things are not as they should be, with the real tools: a source that does
// not fit, a volume that cannot boot, a volume that must not go; and a fleet that grows.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TerraformStack } from 'cdktf';
import { bytesLeft } from '../support/bytes-left';
import { notRun } from '../support/not-run';
import { PulumiStack, pulumiBin } from '../support/pulumi-stack';
import type { Spec } from '../support/pulumi-stack';
import { TerraformProject } from '../support/terraform-project';
import { describeWithEither } from '../support/terraform-tools';
import { kits } from '../components/construct-kits';
import type { Kit } from '../components/construct-kits';

const timeoutMs = 240_000;
const notFitting = 'cannot hold';
const notBootable = 'not as a bootable volume';

describeWithEither('constructs', (tool) => {
  describe.each(kits)('for %s', (_name, kit: Kit) => {
    const { library, constructs } = kit;
    let project: TerraformProject;

    beforeAll(async () => {
      project = new TerraformProject(tool);
      project.write('disk.raw', Buffer.alloc(2 ** 20));
      declare(() => undefined);
      await project.init();
    });
    afterAll(() => project.dispose());

    const declare = (make: (stack: TerraformStack) => void): void => {
      const app = library.Testing.app({ outdir: join(project.home, 'out') });
      const stack = new library.TerraformStack(app, 'stack');
      new constructs.CinderkitProvider(stack, 'cinderkit');
      make(stack);
      project.write('cdk.tf.json', library.Testing.synth(stack, true));
    };

    it(
      'refuse a boot volume that is too small, before it is made',
      async () => {
        declare((stack) => {
          const settings = { name: 'large', filePath: 'disk.raw', minDiskGib: 3 };
          const image = new constructs.Image(stack, 'image', settings);
          new constructs.BootVolume(stack, 'boot', { imageId: image.id, sizeGib: 2 });
        });
        const applied = await project.apply();
        expect(applied.code).toBe(1);
        expect(oneLine(applied.output)).toContain(`boot: 2 GiB ${notFitting} its source`);
        expect(oneLine(applied.output)).toContain('needs 3 GiB');
        expect((await project.objects()).map(({ type }) => type)).toEqual(['cinderkit_image']);
      },
      timeoutMs,
    );

    it(
      'tell of a volume that cannot boot, and keep it in state',
      async () => {
        declare((stack) => {
          const data = new constructs.Volume(stack, 'data', { name: 'data', sizeGib: 1 });
          const taken = new constructs.Snapshot(stack, 'taken', { volumeId: data.id });
          new constructs.BootVolume(stack, 'boot', { snapshotId: taken.id });
        });
        const applied = await project.apply();
        expect([applied.code, oneLine(applied.output)]).toEqual([
          1,
          expect.stringContaining(notBootable),
        ]);
        expect((await project.objects()).map(({ values }) => values['name'])).toContain('boot');
        expect((await project.destroy()).code).toBe(0);
      },
      timeoutMs,
    );

    it(
      'grow a fleet at its end, keep what must not go, and end empty',
      async () => {
        const fleetOf = (count: number, isProtected: boolean) => (stack: TerraformStack) => {
          new constructs.VolumeFleet(stack, 'web', { count, sizeGib: 1, tags: { team: 'x' } });
          const props = { sizeGib: 1, preventDestroy: isProtected, finalBackup: false };
          new constructs.ProtectedVolume(stack, 'kept', props);
        };
        declare(fleetOf(2, true));
        expect((await project.apply()).code).toBe(0);
        expect(await project.unfinished()).toBeNull();
        declare(fleetOf(4, true));
        expect((await project.plan()).code).toBe(0);
        const changes = (await project.planned()).filter(({ actions }) => actions[0] !== 'no-op');
        expect(changes.map(({ actions, after }) => [actions, after?.['name']])).toEqual([
          [['create'], 'web-3'],
          [['create'], 'web-4'],
        ]);
        expect((await project.applyPlan()).code).toBe(0);
        const refused = await project.destroy();
        expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('prevent')]);
        declare(fleetOf(4, false));
        expect((await project.apply()).code).toBe(0);
        expect((await project.destroy()).code).toBe(0);
        expect(bytesLeft(project.engineFolder)).toEqual([]);
      },
      timeoutMs,
    );
  });
});

if (!pulumiBin) notRun('component resources', 'no Pulumi CLI: run them through npm test');

(pulumiBin ? describe : describe.skip)('component resources', () => {
  let stack: PulumiStack;
  const image = {
    type: 'Image',
    args: { name: 'large', filePath: 'disk.raw', minDiskGib: 3 },
  };
  const bootFromImage = { type: 'BootVolume', args: { imageId: '${image.id}', sizeGib: 2 } };
  const base: Spec = {
    data: { type: 'Volume', args: { name: 'data', sizeGib: 1 } },
    taken: { type: 'Snapshot', args: { volumeId: '${data.id}' } },
  };

  beforeAll(async () => {
    stack = new PulumiStack({ ...base, image, boot: bootFromImage });
    writeFileSync(join(stack.folder, 'disk.raw'), Buffer.alloc(2 ** 20));
    await stack.init();
  }, timeoutMs);
  afterAll(() => stack.dispose());

  it(
    'refuse a boot volume that does not fit its image, before it is made',
    async () => {
      const up = await stack.up();
      expect(up.code).not.toBe(0);
      expect(up.output).toMatch(
        /BootVolume boot: sizeGib: 2 GiB cannot hold image \S+, which needs/,
      );
      expect(up.output).not.toMatch(/\n\s+at .*\(/);
      const names = (await stack.resources()).map(({ outputs }) => outputs?.['name']);
      expect(names).not.toContain('boot');
    },
    timeoutMs,
  );

  it(
    'tell of a volume from a data snapshot, and keep it in state',
    async () => {
      stack.declare({ ...base, boot: { type: 'BootVolume', args: { snapshotId: '${taken.id}' } } });
      const up = await stack.up();
      expect(up.code).not.toBe(0);
      expect(up.output).toContain(notBootable);
      expect(up.output).not.toMatch(/\n\s+at .*\(/);
      const names = (await stack.resources()).map(({ outputs }) => outputs?.['name']);
      expect(names).toContain('boot');
    },
    timeoutMs,
  );

  it(
    'keep what must not go until that is taken back, and end empty',
    async () => {
      const kept = (preventDestroy: boolean): Spec => ({
        kept: {
          type: 'ProtectedVolume',
          args: { sizeGib: 1, preventDestroy, finalBackup: false },
        },
      });
      stack.declare(kept(true));
      const up = await stack.up();
      expect([up.code, up.output]).toEqual([0, expect.not.stringContaining('warning')]);
      const refused = await stack.destroy();
      expect(refused.code).not.toBe(0);
      expect(refused.output).toContain('protected');
      stack.declare(kept(false));
      const again = await stack.up();
      expect([again.code, again.output]).toEqual([
        0,
        expect.stringContaining('nothing protects this volume'),
      ]);
      expect((await stack.destroy()).code).toBe(0);
      expect(bytesLeft(stack.engineFolder)).toEqual([]);
    },
    timeoutMs,
  );
});

/** What a terminal's frame broke into lines, as it was said. */
function oneLine(text: string): string {
  return text.replace(/\s*\n[│\s]*/g, ' ');
}
