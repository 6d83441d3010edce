// What goes wrong for users of terraform: programs that are interrupted and killed in mid-apply,
// things that cannot be made, twins, siblings. Nothing is made twice, nothing is lost, and no
// process is left.
import { EngineProcess } from '../support/engine-process';
import { PlainCaller } from '../support/plain-caller';
import { endNow, eventually } from '../support/processes';
import { engineNote } from '../support/pulumi-stack';
import { everything, removeEverything } from '../support/scenario-cloud';
import { pointingAt } from '../support/scenario-runner';
import { TerraformProject, ended } from '../support/terraform-project';
import type { Configuration, Outcome } from '../support/terraform-project';
import { describeWithEither } from '../support/terraform-tools';
import type { TerraformTool } from '../support/terraform-tools';

const timeoutMs = 120_000;
const stackTrace = /\n[\s│]+at .+:\d+:\d+/;

const many = (count: number, more: Configuration = {}): Configuration => ({
  resource: { cinderkit_volume: { many: { count, size_gib: 1, ...more } } },
});

/** Asserts that the outcome is a success, and shows what was said where it is not. */
const expectSuccess = ({ code, output }: Outcome): string => {
  expect([code, output]).toEqual([0, output]);
  return output;
};

/** Asserts that the outcome is a failure told in words. */
const expectFailure = ({ code, output }: Outcome): string => {
  expect([code, output]).toEqual([1, output]);
  expect(output).not.toMatch(stackTrace);
  return output.replace(/[\s│]+/g, ' ');
};

/** Runs `story` in a project of its own, which is gone afterwards. */
async function inProject(
  tool: TerraformTool,
  env: NodeJS.ProcessEnv,
  story: (project: TerraformProject) => Promise<void>,
): Promise<void> {
  const project = new TerraformProject(tool, { env });
  try {
    project.declare({});
    await project.init();
    await story(project);
    await project.expectQuiet();
  } finally {
    await project.dispose();
  }
}

describeWithEither('hardship', (tool) => {
  let engine: EngineProcess;
  let cloud: PlainCaller;

  beforeAll(async () => {
    engine = await EngineProcess.start();
    cloud = await PlainCaller.login(engine.dataFolder, 'cinderkit');
    const unbounded = { volumes: -1, gigabytes: -1 };
    const path = `/os-quota-sets/${cloud.projectId}`;
    expect((await cloud.volume('PUT', path, { quota_set: unbounded })).status).toBe(200);
  }, timeoutMs);
  afterAll(() => engine.dispose());
  // What a story that failed has left is not the next one's business.
  afterEach(() => removeEverything(cloud), timeoutMs);

  const inOwnProject = (story: (project: TerraformProject) => Promise<void>): Promise<void> =>
    inProject(tool, pointingAt(engine), story);

  const volumes = async (): Promise<{ id: string; status: string }[]> =>
    (await cloud.volume('GET', '/volumes/detail')).body.volumes;

  /** Every object of the state is on the service once, available, and the service has no other. */
  const expectOneEach = async (project: TerraformProject, count: number): Promise<void> => {
    const live = await volumes();
    expect(live.map(({ status }) => status)).toEqual(Array(count).fill('available'));
    const known = (await project.objects()).map(({ values }) => values['id']);
    expect(known.sort()).toEqual(live.map(({ id }) => id).sort());
  };

  /** Goes on after an apply that was cut off: what was made is taken up, then all of it goes. */
  const expectGoingOn = async (project: TerraformProject, count: number): Promise<void> => {
    expectSuccess(await project.apply());
    await expectOneEach(project, count);
    expect(await project.unfinished()).toBeNull();
    expectSuccess(await project.destroy());
    expect(await everything(cloud)).toEqual([]);
  };

  /** Starts an apply of many volumes, and waits until some of them are there. */
  const midApply = async (
    project: TerraformProject,
    count: number,
  ): Promise<{ pid: number; outcome: Promise<Outcome> }> => {
    project.declare(many(count));
    const args = ['apply', '-auto-approve', '-input=false', '-no-color', '-parallelism=3'];
    const child = project.spawn(args);
    const outcome = ended(child);
    await eventually('the first volumes', async () => (await volumes()).length >= 3);
    return { pid: child.pid ?? 0, outcome };
  };

  it(
    'an interrupt keeps what was made in state, and the next apply goes on',
    () =>
      inOwnProject(async (project) => {
        const { pid, outcome } = await midApply(project, 40);
        // As a terminal does it: to the whole group, the provider too.
        process.kill(-pid, 'SIGINT');
        const text = expectFailure(await outcome);
        expect(text).toMatch(/Interrupt received|interrupted|halted/i);
        const made = (await volumes()).length;
        expect(made).toBeLessThan(40);
        expect(await project.objects()).toHaveLength(made);
        await project.expectQuiet();
        await expectGoingOn(project, 40);
      }),
    timeoutMs,
  );

  it(
    'a killed terraform: its provider ends, and the next apply takes up what was made',
    () =>
      inOwnProject(async (project) => {
        const { pid, outcome } = await midApply(project, 40);
        endNow(pid);
        await outcome;
        await project.expectQuiet();
        expect((await volumes()).length).toBeLessThan(40);
        await expectGoingOn(project, 40);
      }),
    timeoutMs,
  );

  it(
    'a killed provider: terraform says so, and the next apply takes up what was made',
    () =>
      inOwnProject(async (project) => {
        const { outcome } = await midApply(project, 40);
        project.providers().forEach(endNow);
        await outcome;
        // Who is killed cannot remove the folder of its socket.
        project.sweep();
        expectFailure(await outcome);
        await expectGoingOn(project, 40);
      }),
    timeoutMs,
  );

  it(
    'an engine that is killed in mid-apply is started again, or is by the next apply',
    () =>
      inProject(tool, {}, async (project) => {
        const config = { resource: { cinderkit_volume: { one: { size_gib: 1 } } } };
        project.declare(config);
        expectSuccess(await project.apply());
        const own = await PlainCaller.login(project.engineFolder, 'cinderkit');
        const list = async (): Promise<{ id: string; status: string }[]> =>
          (await own.volume('GET', '/volumes/detail')).body.volumes;
        const eight = { count: 8, size_gib: 1 };
        project.declare({ resource: { cinderkit_volume: { one: { size_gib: 1 }, eight } } });
        const args = ['apply', '-auto-approve', '-input=false', '-no-color', '-parallelism=2'];
        const running = ended(project.spawn(args));
        await eventually('a second volume', async () => (await list()).length > 1);
        endNow(engineNote(project.engineFolder).pid);
        expect((await running).output).not.toMatch(stackTrace);
        expectSuccess(await project.apply());
        const live = await list();
        expect(live.map(({ status }) => status)).toEqual(Array(9).fill('available'));
        const known = (await project.objects()).map(({ values }) => values['id']);
        expect(known.sort()).toEqual(live.map(({ id }) => id).sort());
        expectSuccess(await project.destroy());
        expect(await list()).toEqual([]);
      }),
    timeoutMs,
  );

  it(
    'what the service fails to make is kept as tainted, with its own words, and replaced',
    () =>
      inOwnProject(async (project) => {
        const odd = { name: 'odd', extra_specs: { volume_backend_name: 'nowhere' } };
        const lost = { size_gib: 1, volume_type: '${cinderkit_volume_type.odd.name}' };
        const resource = { cinderkit_volume_type: { odd }, cinderkit_volume: { lost } };
        project.declare({ resource });
        const text = expectFailure(await project.apply());
        expect(text).toContain('Could not find any available weighted backend');
        expect(text).toContain('cinderkit_volume.lost');
        const kept = await project.object('cinderkit_volume.lost');
        expect([kept.isTainted, kept.values['status']]).toEqual([true, 'error']);
        const healed = { ...resource, cinderkit_volume_type: { odd: { name: 'odd' } } };
        project.declare({ resource: healed });
        expect(expectSuccess(await project.apply())).toContain('1 added, 1 changed, 1 destroyed');
        expect(await project.unfinished()).toBeNull();
        expect((await volumes()).map(({ status }) => status)).toEqual(['available']);
        expectSuccess(await project.destroy());
        expect(await everything(cloud)).toEqual([]);
      }),
    timeoutMs,
  );

  it(
    'twenty twins are twenty things',
    () =>
      inOwnProject(async (project) => {
        project.declare(many(20, { name: 'twin' }));
        expectSuccess(await project.apply('-parallelism=20'));
        await expectOneEach(project, 20);
        expect(await project.unfinished()).toBeNull();
        project.declare(many(22, { name: 'twin' }));
        expect(expectSuccess(await project.apply())).toContain('2 added, 0 changed, 0 destroyed');
        await expectOneEach(project, 22);
        expectSuccess(await project.destroy('-parallelism=20'));
        expect(await volumes()).toEqual([]);
      }),
    timeoutMs,
  );

  it(
    'two providers of one project, and two workspaces, keep their things apart',
    () =>
      inOwnProject(async (project) => {
        const twin = { size_gib: 1, name: 'twin' };
        project.declare({
          provider: { cinderkit: [{}, { alias: 'other' }] },
          resource: {
            cinderkit_volume: {
              here: { count: 3, ...twin },
              there: { count: 3, ...twin, provider: 'cinderkit.other' },
            },
          },
        });
        expectSuccess(await project.apply());
        await expectOneEach(project, 6);
        expect(await project.unfinished()).toBeNull();
        await project.must('workspace', 'new', 'second');
        expectSuccess(await project.apply());
        expect(await volumes()).toHaveLength(12);
        const second = (await project.objects()).map(({ values }) => values['id']);
        await project.must('workspace', 'select', 'default');
        const first = (await project.objects()).map(({ values }) => values['id']);
        expect(new Set([...first, ...second]).size).toBe(12);
        expectSuccess(await project.destroy());
        expect(await volumes()).toHaveLength(6);
        await project.must('workspace', 'select', 'second');
        expectSuccess(await project.destroy());
        expect(await volumes()).toEqual([]);
      }),
    timeoutMs,
  );

  it(
    'a wait that is too short says so, and the next apply goes on',
    () =>
      inOwnProject(async (project) => {
        const one = { size_gib: 1, timeouts: { create: '1ms' } };
        project.declare({ resource: { cinderkit_volume: { one } } });
        expect(expectFailure(await project.apply())).toMatch(/Gave up waiting|time allowed/);
        const longer = { ...one, timeouts: { create: '1m30s' } };
        project.declare({ resource: { cinderkit_volume: { one: longer } } });
        expectSuccess(await project.apply());
        await expectOneEach(project, 1);
        expect(await project.unfinished()).toBeNull();
        expectSuccess(await project.destroy());
        expect(await volumes()).toEqual([]);
      }),
    timeoutMs,
  );

  it(
    'a destroy that is interrupted is gone on with',
    () =>
      inOwnProject(async (project) => {
        project.declare(many(30));
        expectSuccess(await project.apply('-parallelism=20'));
        const args = ['destroy', '-auto-approve', '-input=false', '-no-color', '-parallelism=2'];
        const child = project.spawn(args);
        const outcome = ended(child);
        await eventually('the first to go', async () => (await volumes()).length < 28);
        process.kill(-(child.pid ?? 0), 'SIGINT');
        expectFailure(await outcome);
        expect((await volumes()).length).toBeGreaterThan(0);
        expectSuccess(await project.destroy());
        expect(await volumes()).toEqual([]);
      }),
    timeoutMs,
  );
});
