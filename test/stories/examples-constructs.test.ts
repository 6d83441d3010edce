// The golden fleet in constructs, deployed by the real command lines of CDKTF and CDKTN: it comes
// up, a second look finds nothing to do, and it is destroyed.
import { spawn } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cdkCommand } from '../support/cdk-command';
import type { CdkCommand } from '../support/cdk-command';
import {
  expectGoldenFleet,
  expectOnlyFinalBackup,
  goldenFleetNextWeek,
} from '../support/golden-fleet';
import { formFiles, makeFleetDisk, nextWeek } from '../support/golden-fleet';
import { notRun } from '../support/not-run';
import { projectRoot } from '../support/source-tree';
import { TerraformProject, ended } from '../support/terraform-project';
import type { Outcome } from '../support/terraform-project';
import { describeWithEither } from '../support/terraform-tools';

type Runnable = Exclude<CdkCommand, { why: string }>;

const timeoutMs = 240_000;
describeWithEither('the golden fleet in constructs', (tool) => {
  for (const form of ['cdktf', 'cdktn'] as const) {
    const command = cdkCommand(form);
    if ('why' in command) notRun(`with ${form}`, command.why);
    else {
      describe(`with ${form}`, () => {
        story(form, command);
      });
    }
  }

  function story(form: string, { program, args: before }: Runnable): void {
    let project: TerraformProject;
    let disk: string;

    beforeAll(() => {
      project = new TerraformProject(tool);
      disk = join(project.home, 'disk.raw');
      makeFleetDisk(disk);
      for (const [name, text] of Object.entries(formFiles(form))) project.write(name, text);
      symlinkSync(join(projectRoot, 'node_modules'), join(project.folder, 'node_modules'));
    });
    afterAll(() => project.dispose());

    // Without the flag they would ask the registry for checksums of a provider that it has not.
    const run = (...args: string[]): Promise<Outcome> =>
      ended(
        spawn(program, [...before, ...args, '--skip-provider-lock'], {
          cwd: project.folder,
          env: { ...project.env, TERRAFORM_BINARY_NAME: tool.program, CI: '1' },
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      );

    it(
      'is deployed, stays as it is, turns its chain of backups, and is destroyed',
      async () => {
        const deployed = await run('deploy', '--auto-approve');
        expect([deployed.code, deployed.output]).toEqual([0, expect.stringMatching(/16 added/)]);
        expect(deployed.output).toContain('records-week-47');
        await expectGoldenFleet(project.engineFolder, { disk });
        const again = await run('diff');
        expect([again.code, again.output]).toEqual([0, expect.stringContaining('No changes')]);
        project.write('main.ts', nextWeek(formFiles(form)['main.ts'] ?? ''));
        const later = await run('deploy', '--auto-approve');
        const turned = expect.stringMatching(/1 added, 0 changed, 3 destroyed/);
        expect([later.code, later.output]).toEqual([0, turned]);
        await expectGoldenFleet(project.engineFolder, { disk, fleet: goldenFleetNextWeek });
        const destroyed = await run('destroy', '--auto-approve');
        expect([destroyed.code, destroyed.output]).toEqual([
          0,
          expect.stringMatching(/14 destroyed/),
        ]);
        await expectOnlyFinalBackup(project.engineFolder);
      },
      timeoutMs,
    );
  }
});
