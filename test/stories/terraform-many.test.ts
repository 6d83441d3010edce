// Many resources at once: a thousand are planned and three hundred made, at parallelism 50, by one
// provider process that answers all of them.
import { EngineProcess } from '../support/engine-process';
import { PlainCaller } from '../support/plain-caller';
import { pointingAt } from '../support/scenario-runner';
import { TerraformProject } from '../support/terraform-project';
import type { Configuration } from '../support/terraform-project';
import { describeWithEither } from '../support/terraform-tools';

const timeoutMs = 170_000;

const volumes = (count: number): Configuration => ({
  resource: {
    cinderkit_volume_type: { tier: { name: 'tier' } },
    cinderkit_volume: {
      many: {
        count,
        name: 'many-${count.index}',
        size_gib: 1,
        volume_type: '${cinderkit_volume_type.tier.name}',
        metadata: { index: '${count.index}' },
      },
    },
  },
});

describeWithEither('many resources', (tool) => {
  let engine: EngineProcess;
  let cloud: PlainCaller;
  let project: TerraformProject;

  beforeAll(async () => {
    engine = await EngineProcess.start();
    cloud = await PlainCaller.login(engine.dataFolder, 'cinderkit');
    const unbounded = { volumes: -1, gigabytes: -1 };
    const path = `/os-quota-sets/${cloud.projectId}`;
    expect((await cloud.volume('PUT', path, { quota_set: unbounded })).status).toBe(200);
    project = new TerraformProject(tool, { env: pointingAt(engine) });
    project.declare({});
    await project.init();
  }, timeoutMs);
  afterAll(async () => {
    await project.dispose();
    await engine.dispose();
  });

  it(
    'a thousand are planned',
    async () => {
      project.declare(volumes(1000));
      const { code, output } = await project.plan('-parallelism=50');
      expect([code, output.slice(-2000)]).toEqual([0, output.slice(-2000)]);
      expect(output).toContain('Plan: 1001 to add, 0 to change, 0 to destroy.');
      await project.expectQuiet();
    },
    timeoutMs,
  );

  it(
    'three hundred are made, stay as they are, and go',
    async () => {
      project.declare(volumes(300));
      const applied = await project.apply('-parallelism=50');
      expect([applied.code, applied.output.slice(-2000)]).toEqual([
        0,
        expect.stringContaining('301 added, 0 changed, 0 destroyed'),
      ]);
      const { body } = await cloud.volume('GET', '/volumes/detail');
      const names = (body.volumes as { name: string }[]).map(({ name }) => name);
      expect(new Set(names).size).toBe(300);
      expect(await project.unfinished('-parallelism=50')).toBeNull();
      const destroyed = await project.destroy('-parallelism=50');
      expect([destroyed.code, destroyed.output.slice(-2000)]).toEqual([
        0,
        expect.stringContaining('301 destroyed'),
      ]);
      expect((await cloud.volume('GET', '/volumes')).body.volumes).toEqual([]);
      await project.expectQuiet();
    },
    timeoutMs,
  );
});
