// The main story, with the real Pulumi CLI, the real dynamic provider process and the engine that
// it starts: a stack comes up, stays as it is, drifts, is repaired, grows, and goes without a
// trace.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Cloud } from '../support/cloud';
import { notRun } from '../support/not-run';
import { eventually, killProcessesIn, processesIn } from '../support/processes';
import { PulumiStack, engineNote, pulumiBin } from '../support/pulumi-stack';
import type { Spec } from '../support/pulumi-stack';

const timeoutMs = 240_000;

const base: Spec = {
  fast: { type: 'VolumeType', args: { extraSpecs: { 'team:tier': 'fast' } } },
  data: {
    type: 'Volume',
    args: {
      name: 'records',
      sizeGib: 1,
      volumeType: '${fast.name}',
      metadata: { purpose: 'records' },
    },
  },
  monday: { type: 'Snapshot', args: { volumeId: '${data.id}' } },
  replica: { type: 'Volume', args: { snapshotId: '${monday.id}', sizeGib: 1 } },
  saved: { type: 'Backup', args: { volumeId: '${data.id}' } },
};

const withData = (change: Record<string, unknown>): Spec => ({
  ...base,
  data: { type: 'Volume', args: { ...base['data']?.args, ...change } },
});

const volumesOf = async (stack: PulumiStack): Promise<{ id: string; name: string }[]> => {
  const cloud = await Cloud.ofEngine(stack.engineFolder);
  return (await cloud.volume('GET', '/volumes')).body.volumes;
};

const describeWithCli = pulumiBin ? describe : describe.skip;
if (!pulumiBin) notRun('the Pulumi stories', 'no Pulumi CLI: run them through npm test');

describeWithCli('a stack on the bundled engine', () => {
  let stack: PulumiStack;

  beforeAll(async () => {
    stack = new PulumiStack(base);
    await stack.init();
  }, timeoutMs);
  afterAll(() => stack.dispose());

  it(
    'is previewed whole before anything exists',
    async () => {
      const preview = await stack.preview();
      expect(preview.output).toContain('+ 6 to create');
      expect(preview.code).toBe(0);
    },
    timeoutMs,
  );

  it(
    'comes up, and a second up changes nothing',
    async () => {
      const first = await stack.up();
      expect([first.code, first.output]).toEqual([0, expect.stringContaining('+ 6 created')]);
      const second = await stack.up('--expect-no-changes');
      expect([second.code, second.output]).toEqual([0, expect.stringContaining('6 unchanged')]);
      const data = await stack.resource('data');
      expect(data.outputs).toMatchObject({ status: 'available', sizeGib: 1, bytes: 'blank' });
      expect((await stack.resource('replica')).outputs?.['bytes']).toMatch(/^(cloned|copied)$/);
    },
    timeoutMs,
  );

  it(
    'sees drift made behind its back and repairs it',
    async () => {
      const cloud = await Cloud.ofEngine(stack.engineFolder);
      const { id = '', outputs = {} } = await stack.resource('data');
      const name = String(outputs['name']);
      await cloud.volume('PUT', `/volumes/${id}`, { volume: { name: 'renamed behind' } });
      await cloud.volume('PUT', `/volumes/${id}/metadata/purpose`, { meta: { purpose: 'other' } });
      await cloud.volume('PUT', `/volumes/${id}/metadata/foreign`, { meta: { foreign: 'kept' } });
      const refresh = await stack.refresh('--diff');
      expect([refresh.code, refresh.output]).toEqual([
        0,
        expect.stringContaining('renamed behind'),
      ]);
      expect((await stack.resource('data')).outputs?.['name']).toBe('renamed behind');
      expect((await stack.preview()).output).toContain('~ 1 to update');
      expect((await stack.up()).code).toBe(0);
      const repaired = (await cloud.volume('GET', `/volumes/${id}`)).body.volume;
      expect(repaired.name).toBe(name);
      expect(repaired.metadata).toMatchObject({ purpose: 'records', foreign: 'kept' });
      const after = await stack.up('--expect-no-changes');
      expect([after.code, after.output]).toEqual([0, expect.stringContaining('6 unchanged')]);
    },
    timeoutMs,
  );

  it(
    'grows and renames in place, and refuses to shrink with a reason',
    async () => {
      const { id } = await stack.resource('data');
      stack.declare(withData({ sizeGib: 2, name: 'grown', description: 'larger now' }));
      const preview = await stack.preview();
      expect(preview.output).toMatch(/sizeGib\s*:\s*1 => 2/);
      expect((await stack.up()).code).toBe(0);
      const grown = await stack.resource('data');
      expect(grown.id).toBe(id);
      expect(grown.outputs).toMatchObject({ sizeGib: 2, name: 'grown' });
      stack.declare(withData({ sizeGib: 1, name: 'grown', description: 'larger now' }));
      const shrink = await stack.preview();
      expect(shrink.code).not.toBe(0);
      expect(shrink.output).toMatch(/sizeGib.*2.*1|cannot.*shr/is);
      stack.declare(withData({ sizeGib: 2, name: 'grown', description: 'larger now' }));
    },
    timeoutMs,
  );

  it(
    'makes a thing again that was removed behind its back',
    async () => {
      const cloud = await Cloud.ofEngine(stack.engineFolder);
      const { id = '' } = await stack.resource('replica');
      expect((await cloud.volume('DELETE', `/volumes/${id}`)).status).toBe(202);
      await eventually('the replica to be gone', async () => {
        return (await cloud.volume('GET', `/volumes/${id}`)).status === 404;
      });
      expect((await stack.refresh()).output).toContain('1 deleted');
      expect((await stack.up()).code).toBe(0);
      expect((await stack.resource('replica')).id).not.toBe(id);
    },
    timeoutMs,
  );

  it(
    'reports a volume that went to error, and heals when it is well again',
    async () => {
      const cloud = await Cloud.ofEngine(stack.engineFolder);
      const { id = '' } = await stack.resource('replica');
      const reset = (status: string): Promise<unknown> =>
        cloud.volume('POST', `/volumes/${id}/action`, { 'os-reset_status': { status } });
      await reset('error');
      const sick = await stack.refresh();
      expect([sick.code, sick.output]).toEqual([0, expect.stringContaining('unhealthy')]);
      expect(sick.output).toContain(id);
      expect(sick.output).not.toMatch(/\n\s+at .+:\d+:\d+/);
      expect((await stack.resource('replica')).outputs?.['status']).toBe('error');
      await reset('available');
      await stack.refresh();
      expect((await stack.up()).code).toBe(0);
      expect((await stack.resource('replica')).outputs?.['status']).toBe('available');
    },
    timeoutMs,
  );

  it(
    'goes, and leaves engine and disk empty',
    async () => {
      expect((await stack.destroy()).code).toBe(0);
      expect(await stack.resources()).toEqual([]);
      const cloud = await Cloud.ofEngine(stack.engineFolder);
      for (const noun of ['volumes', 'snapshots', 'backups']) {
        expect((await cloud.volume('GET', `/${noun}`)).body[noun]).toEqual([]);
      }
      expect((await cloud.image('GET', '/images')).body.images).toEqual([]);
      const left = readdirSync(stack.engineFolder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((file) => /\/(pools|images|backups|conversion)\//.test(file));
      expect(left).toEqual([]);
    },
    timeoutMs,
  );
});

describeWithCli('a volume that cannot be made', () => {
  it(
    'fails with the message of the service, is kept in state, and goes with destroy',
    async () => {
      const stack = new PulumiStack({
        odd: { type: 'VolumeType', args: { extraSpecs: { volume_backend_name: 'nowhere' } } },
        lost: { type: 'Volume', args: { sizeGib: 1, volumeType: '${odd.name}' } },
      });
      try {
        await stack.init();
        const up = await stack.up();
        expect(up.code).not.toBe(0);
        expect(up.output).toContain('Could not find any available weighted backend');
        const kept = await stack.resource('lost');
        expect(kept.outputs?.['status']).toBe('error');
        expect(kept.initErrors).toHaveLength(1);
        expect((await stack.destroy()).code).toBe(0);
        expect(await volumesOf(stack)).toEqual([]);
      } finally {
        await stack.dispose();
      }
    },
    timeoutMs,
  );
});

describeWithCli('an up that is killed in mid-create', () => {
  it(
    'is gone on with: one volume, not two',
    async () => {
      const disk = 'disk.img';
      const stack = new PulumiStack({ first: { type: 'Volume', args: { sizeGib: 1 } } });
      try {
        await stack.init();
        expect((await stack.up()).code).toBe(0);
        const before = new Set((await volumesOf(stack)).map(({ id }) => id));
        stack.declare({
          first: { type: 'Volume', args: { sizeGib: 1 } },
          ...Object.fromEntries(
            Array.from({ length: 8 }, (_, at) => [
              `v${at}`,
              { type: 'Volume', args: { sizeGib: 1 } },
            ]),
          ),
        });
        expect(existsSync(join(stack.folder, disk))).toBe(false);
        const engine = engineNote(stack.engineFolder).pid;
        const cli = stack.spawn(['up', '--yes', '--skip-preview']);
        await eventually('the first volume of the killed up', async () => {
          return (await volumesOf(stack)).some(({ id }) => !before.has(id));
        });
        cli.kill('SIGKILL');
        const helpers = processesIn(stack.folder).filter((pid) => pid !== engine);
        for (const pid of helpers) {
          try {
            process.kill(pid, 'SIGKILL');
          } catch {
            // It had ended by itself.
          }
        }
        await stack.cancel();
        const again = await stack.up();
        expect(again.output).toMatch(/\+ \d+ created/);
        expect(again.code).toBe(0);
        expect(await volumesOf(stack)).toHaveLength(9);
        expect((await stack.destroy()).code).toBe(0);
        expect(await volumesOf(stack)).toEqual([]);
      } finally {
        await stack.dispose();
      }
    },
    timeoutMs,
  );
});

describeWithCli('state', () => {
  it(
    'holds no secret and no code',
    async () => {
      const stack = new PulumiStack({ one: { type: 'Volume', args: { sizeGib: 1 } } });
      try {
        await stack.init();
        expect((await stack.up()).code).toBe(0);
        const text = await stack.stateText();
        const clouds = await import('node:fs').then(({ readFileSync }) =>
          readFileSync(join(stack.engineFolder, 'clouds.yaml'), 'utf8'),
        );
        const passwords = [...clouds.matchAll(/password: ?"?([^"\s]+)/g)].map(([, word]) => word);
        expect(passwords.length).toBeGreaterThan(0);
        for (const word of passwords) expect(text).not.toContain(word);
        const provider = String((await stack.resource('one')).inputs?.['__provider']);
        expect(provider.length).toBeLessThan(100);
        expect((await stack.destroy()).code).toBe(0);
      } finally {
        await killProcessesIn(stack.folder);
        await stack.dispose();
      }
    },
    timeoutMs,
  );
});
