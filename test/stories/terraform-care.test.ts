// What users do beside apply: keep a thing when its resource goes, leave attributes to others, copy
// a project, look into the log. Things that are ill are told of and left alone.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineProcess } from '../support/engine-process';
import { PlainCaller } from '../support/plain-caller';
import { everything, seen } from '../support/scenario-cloud';
import { pointingAt } from '../support/scenario-runner';
import { TerraformProject } from '../support/terraform-project';
import type { Outcome } from '../support/terraform-project';
import { describeWithEither } from '../support/terraform-tools';

const timeoutMs = 120_000;

/** Asserts that the outcome is a success, and shows what was said where it is not. */
const expectSuccess = ({ code, output }: Outcome): string => {
  expect([code, output]).toEqual([0, output]);
  return output.replace(/[\s│]+/g, ' ');
};

describeWithEither('care', (tool) => {
  let engine: EngineProcess;
  let cloud: PlainCaller;
  let project: TerraformProject;

  beforeAll(async () => {
    engine = await EngineProcess.start();
    cloud = await PlainCaller.login(engine.dataFolder, 'cinderkit');
  }, timeoutMs);
  afterAll(() => engine.dispose());
  beforeEach(async () => {
    project = new TerraformProject(tool, { env: pointingAt(engine) });
    project.declare({});
    await project.init();
  });
  afterEach(async () => {
    await project.expectQuiet();
    await project.dispose();
  });

  const declare = (volume: Record<string, unknown>): void =>
    project.declare({ resource: { cinderkit_volume: { one: volume } } });
  const idOfOne = async (): Promise<string> =>
    String((await project.object('cinderkit_volume.one')).values['id']);
  const remove = async (id: string): Promise<void> => {
    expect((await cloud.volume('DELETE', `/volumes/${id}`)).status).toBe(202);
  };

  it(
    'a volume that went to error is told of and left alone, and is as before when it is well',
    async () => {
      declare({ size_gib: 1 });
      expectSuccess(await project.apply());
      const id = await idOfOne();
      const reset = (status: string): Promise<unknown> =>
        cloud.volume('POST', `/volumes/${id}/action`, { 'os-reset_status': { status } });
      await reset('error');
      const sick = expectSuccess(await project.apply());
      expect(sick).toMatch(/Warning.*is in status error/);
      expect(sick).toContain('0 added, 0 changed, 0 destroyed');
      await reset('available');
      expect(expectSuccess(await project.plan())).not.toContain('Warning');
      expectSuccess(await project.destroy());
      expect(await everything(cloud)).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'a volume to be retained stays, and one that is forgotten too',
    async () => {
      declare({ size_gib: 1, on_delete: 'retain', metadata: { mine: 'yes' } });
      expectSuccess(await project.apply());
      const kept = await idOfOne();
      expectSuccess(await project.destroy());
      expect(await seen(cloud, 'volume', kept)).toMatchObject({ metadata: { mine: 'yes' } });
      declare({ size_gib: 1 });
      expectSuccess(await project.apply());
      const forgotten = await idOfOne();
      const lifecycle = { destroy: false };
      project.declare({ removed: [{ from: 'cinderkit_volume.one', lifecycle: [lifecycle] }] });
      expectSuccess(await project.apply());
      expect(await project.objects()).toEqual([]);
      expect(await seen(cloud, 'volume', forgotten)).toMatchObject({ status: 'available' });
      await Promise.all([kept, forgotten].map(remove));
    },
    timeoutMs,
  );

  it(
    'what is left to others is left alone, and what must not go does not',
    async () => {
      const lifecycle = { ignore_changes: ['name', 'metadata'], prevent_destroy: true };
      declare({ size_gib: 1, name: 'mine', metadata: { a: 'b' }, lifecycle: [lifecycle] });
      expectSuccess(await project.apply());
      const id = await idOfOne();
      await cloud.volume('PUT', `/volumes/${id}`, { volume: { name: 'theirs' } });
      await cloud.volume('PUT', `/volumes/${id}/metadata/a`, { meta: { a: 'c' } });
      expect(await project.unfinished()).toBeNull();
      declare({ size_gib: 2, name: 'mine', metadata: { a: 'b' }, lifecycle: [lifecycle] });
      expectSuccess(await project.apply());
      expect(await seen(cloud, 'volume', id)).toMatchObject({
        name: 'theirs',
        sizeGib: 2,
        metadata: { a: 'c' },
      });
      const refused = await project.destroy();
      expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('prevent')]);
      declare({ size_gib: 2 });
      expectSuccess(await project.destroy());
    },
    timeoutMs,
  );

  it(
    'a name that two have imports neither, and says which they are',
    async () => {
      const body = { volume: { size: 1, name: 'twin' } };
      const made = await Promise.all([1, 2].map(() => cloud.volume('POST', '/volumes', body)));
      const ids = made.map((answer): string => answer.body.volume.id);
      declare({ size_gib: 1, name: 'twin' });
      const refused = await project.run('import', '-no-color', 'cinderkit_volume.one', 'name=twin');
      expect(refused.code).toBe(1);
      for (const id of ids) expect(refused.output).toContain(id);
      expect(await project.run('state', 'list')).toMatchObject({ stdout: '' });
      await Promise.all(ids.map(remove));
    },
    timeoutMs,
  );

  it(
    'the same program in two folders makes its things twice, even after a kill in one of them',
    async () => {
      const other = new TerraformProject(tool, { env: pointingAt(engine) });
      try {
        const twins = { resource: { cinderkit_volume: { one: { size_gib: 1, name: 'same' } } } };
        for (const each of [project, other]) each.declare(twins);
        await other.init();
        const both = await Promise.all([project.apply(), other.apply()]);
        both.forEach(expectSuccess);
        expect(await everything(cloud)).toHaveLength(2);
        const ends = await Promise.all([project.destroy(), other.destroy()]);
        ends.forEach(expectSuccess);
        expect(await everything(cloud)).toEqual([]);
      } finally {
        await other.dispose();
      }
    },
    timeoutMs,
  );

  it(
    'a log of everything holds no secret',
    async () => {
      declare({ size_gib: 1 });
      const log = join(project.home, 'trace.log');
      project.env['TF_LOG'] = 'TRACE';
      project.env['TF_LOG_PATH'] = log;
      expectSuccess(await project.apply());
      expectSuccess(await project.destroy());
      expect(existsSync(log)).toBe(true);
      const text = readFileSync(log, 'utf8');
      expect(text).toContain('provider-cinderkit');
      const clouds = readFileSync(engine.cloudsFile, 'utf8');
      const passwords = [...clouds.matchAll(/password: ?"?([^"\s]+)/g)].map(([, word]) => word);
      expect(passwords.length).toBeGreaterThan(0);
      for (const word of passwords) expect(text.includes(word ?? '')).toBe(false);
      expect(text).not.toMatch(/x-auth-token/i);
    },
    timeoutMs,
  );
});
