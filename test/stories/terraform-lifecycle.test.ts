// The main story with the real terraform and tofu, on the engine that the provider starts in the
// project's folder: from init to destroy, with saved plans, drift, imports and moves between.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PlainCaller } from '../support/plain-caller';
import { alter, everything, remove, seen } from '../support/scenario-cloud';
import { TerraformProject } from '../support/terraform-project';
import type { Configuration, PlannedChange } from '../support/terraform-project';
import { describeWithTools } from '../support/terraform-tools';

const timeoutMs = 120_000;

const fast = { name: 'fast', extra_specs: { 'team:tier': 'fast' } };
const data = { name: 'records', size_gib: 1, volume_type: '${cinderkit_volume_type.fast.name}' };
const monday = { volume_id: '${cinderkit_volume.data.id}' };
const replica = { name: 'replica', snapshot_id: '${cinderkit_snapshot.monday.id}' };

const resources = (change: Configuration = {}): Configuration => ({
  resource: {
    cinderkit_volume_type: { fast },
    cinderkit_volume: { data, replica, ...change },
    cinderkit_snapshot: { monday },
  },
});

/** Actions by address, without those that leave things as they are. */
const actions = (planned: readonly PlannedChange[]): Record<string, string> =>
  Object.fromEntries(
    planned
      .map((one) => [one.address, one.actions.join(' ')] as const)
      .filter(([, action]) => action !== 'no-op'),
  );

describeWithTools('a project on the bundled engine', (tool) => {
  let project: TerraformProject;
  const engine = (): Promise<PlainCaller> => PlainCaller.login(project.engineFolder, 'cinderkit');
  const idOf = async (address: string): Promise<string> =>
    String((await project.object(address)).values['id']);

  beforeAll(() => {
    project = new TerraformProject(tool);
    project.declare(resources());
  });
  afterAll(() => project.dispose());

  it(
    'is initialised from a mirror, locked and validated, and starts no engine for that',
    async () => {
      await project.init();
      const lock = readFileSync(join(project.folder, '.terraform.lock.hcl'), 'utf8');
      expect(lock).toContain(`provider "${tool.registry}/cinderkit/cinderkit"`);
      const { valid, error_count } = JSON.parse(await project.must('validate', '-json'));
      expect({ valid, error_count }).toEqual({ valid: true, error_count: 0 });
      expect(existsSync(project.engineFolder)).toBe(false);
    },
    timeoutMs,
  );

  it(
    'is planned whole, and a saved plan is applied as it was shown',
    async () => {
      expect((await project.plan()).code).toBe(0);
      const planned = await project.planned();
      expect(actions(planned)).toEqual({
        'cinderkit_volume_type.fast': 'create',
        'cinderkit_volume.data': 'create',
        'cinderkit_volume.replica': 'create',
        'cinderkit_snapshot.monday': 'create',
      });
      const applied = await project.applyPlan();
      expect([applied.code, applied.output]).toEqual([0, applied.output]);
      expect(applied.output).toContain('4 added, 0 changed, 0 destroyed');
      const { values } = await project.object('cinderkit_volume.data');
      expect(values).toMatchObject({ status: 'available', size_gib: 1, bytes: 'blank' });
      await project.expectQuiet();
    },
    timeoutMs,
  );

  it(
    'has nothing to do then, and a stale plan is refused',
    async () => {
      expect(await project.unfinished()).toBeNull();
      expect(await project.must('plan', '-refresh-only', '-no-color')).toContain('No changes.');
      const stale = await project.applyPlan();
      expect([stale.code, stale.output]).toEqual([1, expect.stringContaining('stale')]);
    },
    timeoutMs,
  );

  it(
    'changes in place: what does not change stays known',
    async () => {
      const id = await idOf('cinderkit_volume.data');
      project.declare(resources({ data: { ...data, name: 'grown', size_gib: 2 } }));
      await project.plan();
      const planned = await project.planned();
      expect(actions(planned)).toEqual({ 'cinderkit_volume.data': 'update' });
      const change = planned.find(({ name }) => name === 'data');
      expect(change?.afterUnknown).toEqual({});
      expect((await project.applyPlan()).code).toBe(0);
      expect(await project.unfinished()).toBeNull();
      expect(await seen(await engine(), 'volume', id)).toMatchObject({ name: 'grown', sizeGib: 2 });
    },
    timeoutMs,
  );

  it(
    'replaces, before or after the old one goes, and says because of what',
    async () => {
      const first = await idOf('cinderkit_volume.replica');
      const cloned = { name: 'replica', source_volume_id: '${cinderkit_volume.data.id}' };
      const grown = { ...data, name: 'grown', size_gib: 2 };
      project.declare(resources({ data: grown, replica: cloned }));
      await project.plan();
      const planned = await project.planned();
      expect(actions(planned)).toEqual({ 'cinderkit_volume.replica': 'delete create' });
      const paths = planned.find(({ name }) => name === 'replica')?.replacePaths ?? [];
      expect([...paths].sort()).toEqual([['snapshot_id'], ['source_volume_id']]);
      expect((await project.applyPlan()).code).toBe(0);
      const second = await idOf('cinderkit_volume.replica');
      const early = { lifecycle: [{ create_before_destroy: true }] };
      const zoned = { ...replica, ...early };
      project.declare(resources({ data: grown, replica: zoned }));
      await project.plan();
      expect(actions(await project.planned())).toEqual({
        'cinderkit_volume.replica': 'create delete',
      });
      expect((await project.applyPlan()).code).toBe(0);
      const third = await idOf('cinderkit_volume.replica');
      expect(new Set([first, second, third]).size).toBe(3);
      expect(await everything(await engine())).toHaveLength(4);
      const forced = await project.apply('-replace=cinderkit_volume.replica');
      expect(forced.output).toContain('1 added, 0 changed, 1 destroyed');
      expect(await project.unfinished()).toBeNull();
    },
    timeoutMs,
  );

  it(
    'sees drift and what is gone; a refresh alone changes nothing on the service',
    async () => {
      const cloud = await engine();
      const grown = { ...data, name: 'grown', size_gib: 2 };
      project.declare(resources({ data: grown }));
      const [id, lost] = [
        await idOf('cinderkit_volume.data'),
        await idOf('cinderkit_volume.replica'),
      ];
      await alter(cloud, 'volume', id, { name: 'theirs', metadata: { foreign: 'kept' } });
      await remove(cloud, 'volume', lost);
      const refreshed = await project.run('apply', '-refresh-only', '-auto-approve', '-no-color');
      expect([refreshed.code, refreshed.output]).toEqual([0, refreshed.output]);
      expect((await project.object('cinderkit_volume.data')).values['name']).toBe('theirs');
      expect(await seen(cloud, 'volume', id)).toMatchObject({ name: 'theirs' });
      await project.plan();
      expect(actions(await project.planned())).toEqual({
        'cinderkit_volume.data': 'update',
        'cinderkit_volume.replica': 'create',
      });
      expect((await project.applyPlan()).code).toBe(0);
      expect(await project.unfinished()).toBeNull();
      expect(await seen(cloud, 'volume', id)).toMatchObject({
        name: 'grown',
        metadata: { foreign: 'kept' },
      });
    },
    timeoutMs,
  );

  it(
    'imports by id and by name, from the command line and by a block',
    async () => {
      const grown = { ...data, name: 'grown', size_gib: 2 };
      const ids = await Promise.all(
        ['cinderkit_volume.data', 'cinderkit_snapshot.monday', 'cinderkit_volume_type.fast'].map(
          idOf,
        ),
      );
      await project.must('state', 'rm', 'cinderkit_volume.data', 'cinderkit_snapshot.monday');
      await project.must('state', 'rm', 'cinderkit_volume_type.fast');
      const byId = ['-no-color', '-input=false', 'cinderkit_volume.data', ids[0] ?? ''];
      await project.must('import', ...byId);
      await project.must('import', '-no-color', 'cinderkit_volume_type.fast', 'name=fast');
      const block = { to: 'cinderkit_snapshot.monday', id: ids[1] };
      project.declare({ ...resources({ data: grown }), import: [block] });
      const applied = await project.apply();
      expect([applied.code, applied.output]).toEqual([0, applied.output]);
      expect(applied.output).toContain('1 imported, 0 added, 0 changed, 0 destroyed');
      project.declare(resources({ data: grown }));
      expect(await project.unfinished()).toBeNull();
      const none = await project.run('import', '-no-color', 'cinderkit_volume.none', 'name=none');
      expect(none.code).toBe(1);
    },
    timeoutMs,
  );

  it(
    'has configuration written for what it imports, which then changes nothing',
    async () => {
      const cloud = await engine();
      const made = await cloud.volume('POST', '/volumes', {
        volume: { size: 1, name: 'found', description: 'by hand', metadata: { a: 'b' } },
      });
      const { id } = made.body.volume;
      const shot = await cloud.volume('POST', '/snapshots', {
        snapshot: { volume_id: await idOf('cinderkit_volume.data'), name: 'by hand' },
      });
      const blocks = [
        { to: 'cinderkit_volume.found', id },
        { to: 'cinderkit_snapshot.found', id: shot.body.snapshot.id },
      ];
      const grown = { ...data, name: 'grown', size_gib: 2 };
      project.declare({ ...resources({ data: grown }), import: blocks });
      const planned = await project.plan('-generate-config-out=found.tf');
      expect([planned.code, planned.output]).toEqual([0, planned.output]);
      const text = readFileSync(join(project.folder, 'found.tf'), 'utf8');
      expect(text).toContain('resource "cinderkit_volume" "found"');
      expect(text).toMatch(/description += "by hand"/);
      expect(actions(await project.planned())).toEqual({});
      expect((await project.applyPlan()).code).toBe(0);
      project.declare(resources({ data: grown }));
      expect(await project.unfinished()).toBeNull();
      expect(await seen(cloud, 'volume', id)).toMatchObject({ metadata: { a: 'b' } });
    },
    timeoutMs,
  );

  it(
    'renames without touching, by a moved block',
    async () => {
      const id = await idOf('cinderkit_volume.data');
      const { cinderkit_volume_type, cinderkit_snapshot } = Object(resources()['resource']);
      const grown = { ...data, name: 'grown', size_gib: 2 };
      cinderkit_snapshot.monday = { volume_id: '${cinderkit_volume.archive.id}' };
      const volumes = { archive: grown, replica };
      project.declare({
        resource: { cinderkit_volume_type, cinderkit_snapshot, cinderkit_volume: volumes },
        moved: [{ from: 'cinderkit_volume.data', to: 'cinderkit_volume.archive' }],
      });
      await project.plan();
      expect(actions(await project.planned())).toEqual({});
      expect((await project.applyPlan()).code).toBe(0);
      expect(await idOf('cinderkit_volume.archive')).toBe(id);
      expect(await project.unfinished()).toBeNull();
    },
    timeoutMs,
  );

  it(
    'holds no secret in its state',
    () => {
      const clouds = readFileSync(join(project.engineFolder, 'clouds.yaml'), 'utf8');
      const passwords = [...clouds.matchAll(/password: ?"?([^"\s]+)/g)].map(([, word]) => word);
      expect(passwords.length).toBeGreaterThan(0);
      for (const word of passwords) expect(project.stateText()).not.toContain(word);
    },
    timeoutMs,
  );

  it(
    'goes, and leaves engine and disk empty',
    async () => {
      const cloud = await engine();
      const destroyed = await project.destroy();
      expect([destroyed.code, destroyed.output]).toEqual([0, destroyed.output]);
      expect(await everything(cloud)).toEqual([]);
      const left = readdirSync(project.engineFolder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((file) => /\/(pools|images|backups|conversion)\//.test(file));
      expect(left).toEqual([]);
      await project.expectQuiet();
    },
    timeoutMs,
  );
});
