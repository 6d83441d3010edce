// The golden fleet in the language of Terraform, with the real terraform and tofu: applied, left
// alone by a second plan, and destroyed.
import { join } from 'node:path';
import { expectGoldenFleet, expectOnlyFinalBackup } from '../support/golden-fleet';
import { formFiles, makeFleetDisk } from '../support/golden-fleet';
import { TerraformProject } from '../support/terraform-project';
import { describeWithTools } from '../support/terraform-tools';

const timeoutMs = 240_000;

describeWithTools('the golden fleet', (tool) => {
  let project: TerraformProject;
  let disk: string;

  beforeAll(() => {
    project = new TerraformProject(tool);
    disk = join(project.home, 'disk.raw');
    makeFleetDisk(disk);
    for (const [name, text] of Object.entries(formFiles('terraform'))) project.write(name, text);
  });
  afterAll(() => project.dispose());

  it(
    'comes up whole, stays as it is, and leaves nothing but the last backup',
    async () => {
      await project.init();
      const applied = await project.apply();
      expect([applied.code, applied.output]).toEqual([0, expect.stringMatching(/16 added/)]);
      await expectGoldenFleet(project.engineFolder, { disk });
      expect(await project.unfinished()).toBeNull();
      const outputs = JSON.parse(await project.must('output', '-json'));
      expect(outputs).toMatchObject({
        latest_backup: { value: 'records-week-47' },
        web_size_gib: { value: 1 },
        web_ids: { value: [expect.any(String), expect.any(String), expect.any(String)] },
      });
      const destroyed = await project.destroy();
      expect([destroyed.code, destroyed.output]).toEqual([
        0,
        expect.stringContaining('16 destroyed'),
      ]);
      await expectOnlyFinalBackup(project.engineFolder);
    },
    timeoutMs,
  );
});
