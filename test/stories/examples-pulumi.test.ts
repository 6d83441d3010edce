// The golden fleet as Pulumi component resources, with the real CLI: it comes up, a second up finds
// nothing to do, a renamed composite keeps what it has, and it is destroyed.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  expectGoldenFleet,
  expectOnlyFinalBackup,
  goldenFleetNextWeek,
} from '../support/golden-fleet';
import { formFiles, makeFleetDisk, nextWeek } from '../support/golden-fleet';
import { notRun } from '../support/not-run';
import { PulumiStack, pulumiBin } from '../support/pulumi-stack';

const timeoutMs = 240_000;

if (!pulumiBin) notRun('the golden fleet (pulumi)', 'no Pulumi CLI: run them through npm test');

(pulumiBin ? describe : describe.skip)('the golden fleet (pulumi)', () => {
  let stack: PulumiStack;
  let disk: string;
  const files = formFiles('pulumi');

  /** The program a week later, with the fleet under another name and these options. */
  const renamed = (options: string): string => {
    const program = nextWeek(files['main.ts'] ?? '')
      .replace("new VolumeFleet('web', {", "new VolumeFleet('front', {\n  name: 'web',")
      .replace("{ role: 'web' },\n});", `{ role: 'web' },\n}, { ${options} });`);
    expect(program.match(/front', |, { aliases/g)).toHaveLength(2);
    return program;
  };

  beforeAll(async () => {
    stack = new PulumiStack({});
    for (const name of ['index.js', 'spec.json']) rmSync(join(stack.folder, name));
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(stack.folder, name), text);
    }
    disk = join(stack.folder, 'disk.raw');
    makeFleetDisk(disk);
    await stack.init();
    await stack.run(['config', 'set', 'diskImage', 'disk.raw']);
  }, timeoutMs);
  afterAll(() => stack.dispose());

  it(
    'comes up whole, and a second up changes nothing',
    async () => {
      const preview = await stack.preview();
      expect([preview.code, preview.output]).toEqual([0, expect.stringMatching(/\+ 21 to create/)]);
      const up = await stack.up();
      expect([up.code, up.output]).toEqual([0, expect.stringMatching(/\+ 21 created/)]);
      await expectGoldenFleet(stack.engineFolder, { disk });
      const again = await stack.up('--expect-no-changes');
      expect([again.code, again.output]).toEqual([0, expect.stringContaining('unchanged')]);
    },
    timeoutMs,
  );

  it(
    'lets the oldest generation of the chain go, increments before their base',
    async () => {
      writeFileSync(join(stack.folder, 'main.ts'), nextWeek(files['main.ts'] ?? ''));
      const up = await stack.up();
      expect([up.code, up.output]).toEqual([
        0,
        expect.stringMatching(/\+ 1 created\s+- 3 deleted/),
      ]);
      await expectGoldenFleet(stack.engineFolder, { disk, fleet: goldenFleetNextWeek });
    },
    timeoutMs,
  );

  it(
    'keeps what a renamed composite has, by one alias',
    async () => {
      writeFileSync(join(stack.folder, 'main.ts'), renamed("aliases: [{ name: 'web' }]"));
      const up = await stack.up('--expect-no-changes');
      expect([up.code, up.output]).toEqual([0, expect.stringContaining('unchanged')]);
    },
    timeoutMs,
  );

  it(
    'gives a single part what a transform says',
    async () => {
      const transform =
        "({ name, props, opts }) => name === 'front-2' ? " +
        "{ props: { ...props, description: 'second' }, opts } : undefined";
      const options = `aliases: [{ name: 'web' }], transforms: [${transform}]`;
      writeFileSync(join(stack.folder, 'main.ts'), renamed(options));
      const up = await stack.up();
      expect([up.code, up.output]).toEqual([0, expect.stringMatching(/~ 1 updated/)]);
      expect((await stack.resource('front-2')).outputs).toMatchObject({ description: 'second' });
    },
    timeoutMs,
  );

  it(
    'refuses settings that cannot be meant in the preview, plainly',
    async () => {
      const program = files['main.ts'] ?? '';
      writeFileSync(join(stack.folder, 'main.ts'), program.replace('count: 3,', 'count: 2.5,'));
      const preview = await stack.preview();
      expect(preview.code).not.toBe(0);
      expect(preview.output).toContain(
        'VolumeFleet web: count: must be a whole number from 0 to 10000; found 2.5',
      );
      expect(preview.output).not.toMatch(/\n\s+at .*\(/);
      writeFileSync(join(stack.folder, 'main.ts'), program);
    },
    timeoutMs,
  );

  it(
    'goes, and leaves nothing but the last backup',
    async () => {
      const destroyed = await stack.destroy();
      expect([destroyed.code, destroyed.output]).toEqual([
        0,
        expect.stringMatching(/- \d+ deleted/),
      ]);
      await expectOnlyFinalBackup(stack.engineFolder);
    },
    timeoutMs,
  );
});
