// What users may say about things, with the real CLI on the bundled engine: how a volume goes, how
// it moves between pools, how things are replaced, adopted, looked at and made from one another.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cloud } from '../support/cloud';
import { notRun } from '../support/not-run';
import { endNow, eventually, processesIn } from '../support/processes';
import { engineNote, PulumiStack, pulumiBin } from '../support/pulumi-stack';
import type { Outcome, Spec } from '../support/pulumi-stack';

const timeoutMs = 240_000;
const describeWithCli = pulumiBin ? describe : describe.skip;
if (!pulumiBin) notRun('the stories of options', 'no Pulumi CLI: run them through npm test');

const volume = (args: Record<string, unknown>) => ({ type: 'Volume', args });

/** Runs `story` on a stack of its own, which is gone afterwards. */
async function onStack(spec: Spec, story: (stack: PulumiStack) => Promise<void>): Promise<void> {
  const stack = new PulumiStack(spec);
  try {
    await stack.init();
    await story(stack);
  } finally {
    await stack.dispose();
  }
}

/** The outcome was a success; its output is shown where it was not. */
function succeeded({ code, output }: Outcome): string {
  expect([code, output]).toEqual([0, output]);
  return output;
}

/** The outcome was a failure without a stack trace; gives what was printed, on one line. */
function failed({ code, output }: Outcome): string {
  expect([code, output]).not.toEqual([0, output]);
  expect(output).not.toMatch(/\n\s+at .+:\d+:\d+/);
  return output.replace(/\s+/g, ' ');
}

const cloudOf = (stack: PulumiStack): Promise<Cloud> => Cloud.ofEngine(stack.engineFolder);

const statusOf = async (cloud: Cloud, id: string): Promise<number> =>
  (await cloud.volume('GET', `/volumes/${id}`)).status;

const idOf = async (stack: PulumiStack, name: string): Promise<string> =>
  (await stack.resource(name)).id ?? '';

describeWithCli('removing a volume', () => {
  it(
    'keeps it, saves it first, or takes its snapshots along, as was said',
    () => {
      const kept = volume({ sizeGib: 1, onDelete: 'retain', name: 'kept' });
      const saved = volume({ sizeGib: 1, onDelete: 'backup', name: 'saved' });
      const shot = volume({ sizeGib: 1, name: 'shot' });
      return onStack({ kept, saved, shot }, async (stack) => {
        succeeded(await stack.up());
        const cloud = await cloudOf(stack);
        const [keptId, savedId, shotId] = await Promise.all(
          ['kept', 'saved', 'shot'].map((name) => idOf(stack, name)),
        );
        const taken = { snapshot: { volume_id: shotId, name: 'by hand' } };
        await cloud.volume('POST', '/snapshots', taken);
        const refused = failed(await stack.destroy());
        expect(refused).toContain('it still has 1 snapshot(s): by hand');
        expect(refused).toContain('set deleteSnapshots to true');
        stack.declare({ shot: volume({ ...shot.args, deleteSnapshots: true }) });
        succeeded(await stack.up());
        succeeded(await stack.destroy());
        expect(await statusOf(cloud, keptId ?? '')).toBe(200);
        expect(await statusOf(cloud, savedId ?? '')).toBe(404);
        expect(await statusOf(cloud, shotId ?? '')).toBe(404);
        const { backups } = (await cloud.volume('GET', '/backups/detail')).body;
        expect(backups).toMatchObject([{ name: 'saved-final', status: 'available' }]);
        expect(backups[0].volume_id).toBe(savedId);
        stack.declare({ back: volume({ backupId: backups[0].id, sizeGib: 1 }) });
        succeeded(await stack.up());
        expect((await stack.resource('back')).outputs).toMatchObject({
          status: 'available',
          sizeGib: 1,
          bytes: 'copied',
        });
      });
    },
    timeoutMs,
  );

  it(
    'makes one final backup, however often it is tried',
    () =>
      onStack({ data: volume({ sizeGib: 1, onDelete: 'backup', name: 'data' }) }, async (stack) => {
        succeeded(await stack.up());
        const cloud = await cloudOf(stack);
        const id = await idOf(stack, 'data');
        const finals = async (): Promise<unknown[]> =>
          (await cloud.volume('GET', '/backups')).body.backups;
        const snapshot = { snapshot: { volume_id: id, name: 'in the way' } };
        await cloud.volume('POST', '/snapshots', snapshot);
        expect(failed(await stack.destroy())).toContain('in the way');
        expect(await finals()).toEqual([]);
        const [shot] = (await cloud.volume('GET', '/snapshots')).body.snapshots;
        await cloud.volume('DELETE', `/snapshots/${shot.id}`);
        const engine = engineNote(stack.engineFolder).pid;
        stack.spawn(['destroy', '--yes', '--skip-preview']);
        await eventually('the final backup to begin', async () => (await finals()).length > 0);
        for (const pid of processesIn(stack.folder).filter((one) => one !== engine)) endNow(pid);
        await stack.cancel();
        succeeded(await stack.destroy());
        expect(await finals()).toHaveLength(1);
        expect(await statusOf(cloud, id)).toBe(404);
      }),
    timeoutMs,
  );
});

describeWithCli('another type', () => {
  const hasQcow2 = (() => {
    try {
      execFileSync('qemu-img', ['--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();

  const types = {
    raw: { type: 'VolumeType', args: { extraSpecs: { volume_backend_name: 'raw' } } },
    alsoRaw: { type: 'VolumeType', args: { extraSpecs: { volume_backend_name: 'raw' } } },
    qcow2: { type: 'VolumeType', args: { extraSpecs: { volume_backend_name: 'qcow2' } } },
  };

  const story = async (stack: PulumiStack): Promise<void> => {
    succeeded(await stack.up());
    const id = await idOf(stack, 'data');
    const become = (args: Record<string, unknown>): void =>
      stack.declare({ ...types, data: volume({ sizeGib: 1, ...args }) });
    become({ volumeType: '${alsoRaw.name}' });
    expect(succeeded(await stack.preview())).toContain('~ 1 to update');
    succeeded(await stack.up());
    become({ volumeType: '${qcow2.name}' });
    expect(failed(await stack.up())).toContain('retypePolicy');
    expect(await idOf(stack, 'data')).toBe(id);
    become({ volumeType: '${qcow2.name}', retypePolicy: 'on-demand' });
    succeeded(await stack.up());
    const moved = await stack.resource('data');
    expect([moved.id, moved.outputs?.['status']]).toEqual([id, 'available']);
    const cloud = await cloudOf(stack);
    const live = (await cloud.volume('GET', `/volumes/${id}`)).body.volume;
    expect(live['os-vol-host-attr:host']).toContain('qcow2');
    expect(live.metadata).toEqual({});
    succeeded(await stack.up('--expect-no-changes'));
    succeeded(await stack.destroy());
    expect((await cloud.volume('GET', '/volumes')).body.volumes).toEqual([]);
  };

  if (!hasQcow2) notRun('retype to another pool', 'qemu-img is not here');
  (hasQcow2 ? it : it.skip)(
    'is taken in the pool where it is, and in another one when that is allowed',
    () => onStack({ ...types, data: volume({ sizeGib: 1, volumeType: '${raw.name}' }) }, story),
    timeoutMs,
  );
});

describeWithCli('replacing', () => {
  it(
    'makes the new one before the old one goes, whether it is needed or asked for',
    () =>
      onStack(
        {
          one: volume({ sizeGib: 1 }),
          two: volume({ sizeGib: 1 }),
          copy: volume({ sourceVolumeId: '${one.id}' }),
        },
        async (stack) => {
          succeeded(await stack.up());
          const cloud = await cloudOf(stack);
          const first = await idOf(stack, 'copy');
          expect((await stack.resource('copy')).outputs).toMatchObject({
            sizeGib: 1,
            bytes: expect.stringMatching(/^(cloned|copied)$/),
          });
          stack.declare({
            one: volume({ sizeGib: 1 }),
            two: volume({ sizeGib: 1 }),
            copy: volume({ sourceVolumeId: '${two.id}' }),
          });
          const preview = succeeded(await stack.preview());
          expect(preview).toContain('+-1 to replace');
          expect(preview).toMatch(/~ sourceVolumeId/);
          succeeded(await stack.up());
          const second = await idOf(stack, 'copy');
          expect(second).not.toBe(first);
          expect(await statusOf(cloud, first)).toBe(404);
          const { urn } = await stack.resource('copy');
          succeeded(await stack.up('--target-replace', urn));
          const third = await idOf(stack, 'copy');
          expect([first, second]).not.toContain(third);
          expect(await statusOf(cloud, second)).toBe(404);
          expect(await statusOf(cloud, third)).toBe(200);
          succeeded(await stack.up('--expect-no-changes'));
          expect((await cloud.volume('GET', '/volumes')).body.volumes).toHaveLength(3);
        },
      ),
    timeoutMs,
  );

  it(
    'is what a changed content of a file does to its image, and to what is made of it',
    () =>
      onStack({}, async (stack) => {
        const disk = join(stack.folder, 'disk.raw');
        writeFileSync(disk, Buffer.alloc(65_536, 'one'));
        stack.declare({
          golden: { type: 'Image', args: { filePath: 'disk.raw', tags: ['a'] } },
          system: volume({ imageId: '${golden.id}' }),
        });
        succeeded(await stack.up());
        const [image, system] = [await idOf(stack, 'golden'), await idOf(stack, 'system')];
        expect((await stack.resource('golden')).outputs).toMatchObject({
          status: 'active',
          sizeBytes: 65_536,
          diskFormat: 'raw',
          isVolumeBacked: false,
        });
        expect((await stack.resource('system')).outputs).toMatchObject({ bytes: 'copied' });
        succeeded(await stack.up('--expect-no-changes'));
        writeFileSync(disk, Buffer.alloc(65_536, 'two'));
        expect(succeeded(await stack.preview())).toContain('+-2 to replace');
        succeeded(await stack.up());
        const cloud = await cloudOf(stack);
        expect((await cloud.image('GET', `/images/${image}`)).status).toBe(404);
        expect(await statusOf(cloud, system)).toBe(404);
        expect((await cloud.image('GET', '/images')).body.images).toHaveLength(1);
        succeeded(await stack.destroy());
        expect((await cloud.image('GET', '/images')).body.images).toEqual([]);
      }),
    timeoutMs,
  );
});

describeWithCli('things that are there already', () => {
  it(
    'are looked at without being touched, adopted and given up',
    () =>
      onStack({ first: volume({ sizeGib: 1 }) }, async (stack) => {
        succeeded(await stack.up());
        const cloud = await cloudOf(stack);
        const made = await cloud.volume('POST', '/volumes', {
          volume: { size: 1, name: 'old', metadata: { theirs: 'kept' } },
        });
        const { id } = made.body.volume;
        const first = volume({ sizeGib: 1 });
        stack.declare({ first, seen: { type: 'Volume', get: id } });
        succeeded(await stack.up());
        expect((await stack.resource('seen')).outputs).toMatchObject({ name: 'old', sizeGib: 1 });
        stack.declare({ first, nothing: { type: 'Volume', get: id.replace(/^./, 'f') } });
        expect(failed(await stack.up())).toContain('There is no volume with id');
        stack.declare({ first });
        succeeded(await stack.up());
        expect(await statusOf(cloud, id)).toBe(200);
        const mine = { adopt: id, name: 'new', sizeGib: 2, metadata: { mine: 'yes' } };
        stack.declare({ first, taken: volume({ ...mine, availabilityZone: 'elsewhere' }) });
        expect(failed(await stack.up())).toContain('availabilityZone is nova, not elsewhere');
        stack.declare({ first, taken: volume({ ...mine, onDelete: 'retain' }) });
        succeeded(await stack.up());
        expect(await idOf(stack, 'taken')).toBe(id);
        const taken = (await cloud.volume('GET', `/volumes/${id}`)).body.volume;
        expect(taken).toMatchObject({ name: 'new', size: 2 });
        expect(taken.metadata).toMatchObject({ theirs: 'kept', mine: 'yes' });
        succeeded(await stack.up('--expect-no-changes'));
        stack.declare({ first });
        succeeded(await stack.up());
        const left = (await cloud.volume('GET', `/volumes/${id}`)).body.volume;
        expect(left.metadata).toEqual({ theirs: 'kept', mine: 'yes' });
      }),
    timeoutMs,
  );
});

describeWithCli('things made of one another', () => {
  it(
    'say how they got their bytes; increments follow a full backup, and go before it',
    () =>
      onStack({}, async (stack) => {
        writeFileSync(join(stack.folder, 'disk.img'), Buffer.alloc(65_536, 'bytes'));
        const increment = { volumeId: '${system.id}', incremental: true };
        stack.declare({
          golden: { type: 'Image', args: { filePath: 'disk.img' } },
          system: volume({ imageId: '${golden.id}' }),
          sealed: { type: 'Image', args: { volumeId: '${system.id}', volumeBacked: 'required' } },
          clone: volume({ imageId: '${sealed.id}' }),
          full: { type: 'Backup', args: { volumeId: '${system.id}' } },
          step: { type: 'Backup', args: increment, options: { dependsOn: ['full'] } },
          back: volume({ backupId: '${step.id}' }),
        });
        succeeded(await stack.up());
        const outputs = async (name: string): Promise<Record<string, unknown>> =>
          (await stack.resource(name)).outputs ?? {};
        expect(await outputs('sealed')).toMatchObject({ isVolumeBacked: true, status: 'active' });
        expect(await outputs('clone')).toMatchObject({ bytes: 'cloned', sizeGib: 1 });
        expect(await outputs('full')).toMatchObject({ isIncremental: false });
        expect(await outputs('step')).toMatchObject({ isIncremental: true, status: 'available' });
        expect(await outputs('back')).toMatchObject({ bytes: 'copied', status: 'available' });
        succeeded(await stack.up('--expect-no-changes'));
        succeeded(await stack.destroy());
        const cloud = await cloudOf(stack);
        expect((await cloud.volume('GET', '/volumes?all_tenants=1')).body.volumes).toEqual([]);
      }),
    timeoutMs,
  );
});
