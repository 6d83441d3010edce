// What goes wrong for users, with the real CLI on the bundled engine: input that cannot be meant,
// waits that are too short, processes that are killed. Nothing is made twice, nothing is lost, and
// every refusal is a sentence.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cloud } from '../support/cloud';
import { notRun } from '../support/not-run';
import { endNow, eventually, processesIn } from '../support/processes';
import { engineNote, outcomeOf, PulumiStack, pulumiBin } from '../support/pulumi-stack';
import type { Spec } from '../support/pulumi-stack';

const timeoutMs = 240_000;
const describeWithCli = pulumiBin ? describe : describe.skip;
if (!pulumiBin) notRun('the stories of hardship', 'no Pulumi CLI: run them through npm test');

const volume = (args: Record<string, unknown>) => ({ type: 'Volume', args });

const eight: Spec = Object.fromEntries(
  Array.from({ length: 8 }, (_, at) => [`v${at}`, volume({ sizeGib: 1 })]),
);

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

const volumesOf = async (stack: PulumiStack): Promise<{ id: string; status: string }[]> => {
  const cloud = await Cloud.ofEngine(stack.engineFolder);
  return (await cloud.volume('GET', '/volumes/detail')).body.volumes;
};

/** Every volume of the state is available on the engine, and the engine has no other. */
async function expectOneEach(stack: PulumiStack, count: number): Promise<void> {
  const live = await volumesOf(stack);
  expect(live.map(({ status }) => status)).toEqual(Array(count).fill('available'));
  const known = (await stack.resources()).map(({ id }) => id);
  expect(known.sort()).toEqual(live.map(({ id }) => id).sort());
}

const stackTrace = /\n\s+at .+:\d+:\d+/;

describeWithCli('input that cannot be meant', () => {
  const cases: [what: string, type: string, args: Record<string, unknown>, told: RegExp][] = [
    ['a wrong type', 'Volume', { sizeGib: 'ten' }, /sizeGib cannot be "ten": expected a number/],
    ['a negative size', 'Volume', { sizeGib: -3 }, /sizeGib cannot be -3: expected at least 1/],
    ['an unknown key', 'Volume', { size: 1 }, /a volume has no size; did you mean sizeGib\?/],
    ['a NUL', 'Volume', { sizeGib: 1, name: 'a\0b' }, /name cannot be .* NUL/],
    ['a long name', 'Volume', { sizeGib: 1, name: 'x'.repeat(300) }, /at most 255 characters/],
    ['two sources', 'Volume', { imageId: 'a', snapshotId: 'b' }, /imageId and snapshotId exclude/],
    ['no source', 'Image', {}, /an image needs one of filePath, volumeId/],
    ['no such file', 'Image', { filePath: 'nope' }, /nope cannot be read: there is no such file/],
    ['a stray key', 'Volume', { sizeGib: 1, timeouts: { create: 1 } }, /mean createMinutes\?/],
  ];

  it(
    'is refused in the preview, by the property and with the reason',
    () =>
      onStack({}, async (stack) => {
        for (const [what, type, args, told] of cases) {
          stack.declare({ wrong: { type, args } });
          const { code, output } = await stack.preview();
          expect([what, code]).not.toEqual([what, 0]);
          expect([what, output]).toEqual([what, expect.stringMatching(told)]);
          expect([what, output]).not.toEqual([what, expect.stringMatching(stackTrace)]);
        }
        stack.declare({ fine: volume({ sizeGib: 1, name: 'a/b ü \u{1F4BE}' }) });
        expect((await stack.up()).code).toBe(0);
        expect((await stack.resource('fine')).outputs?.['name']).toBe('a/b ü \u{1F4BE}');
      }),
    timeoutMs,
  );
});

describeWithCli('a wait that is too short', () => {
  it(
    'says so, and the next up goes on with the same volume',
    () =>
      onStack(
        { data: volume({ sizeGib: 1, timeouts: { createMinutes: 0.000_001 } }) },
        async (stack) => {
          const short = await stack.up();
          expect([short.code, short.output]).not.toEqual([0, short.output]);
          expect(short.output.replace(/\s+/g, ' ')).toMatch(/Gave up waiting|time allowed/);
          expect(short.output).not.toMatch(stackTrace);
          stack.declare({ data: volume({ sizeGib: 1 }) });
          expect((await stack.up()).code).toBe(0);
          await expectOneEach(stack, 1);
        },
      ),
    timeoutMs,
  );
});

describeWithCli('processes that are killed', () => {
  it(
    'the CLI alone: its provider lives on unseen, and the next up finds what it made',
    () =>
      onStack({ first: volume({ sizeGib: 1 }) }, async (stack) => {
        expect((await stack.up()).code).toBe(0);
        const engine = engineNote(stack.engineFolder).pid;
        stack.declare({ first: volume({ sizeGib: 1 }), ...eight });
        const cli = stack.spawn(['up', '--yes', '--skip-preview']);
        const ended = outcomeOf(cli);
        await eventually('a second volume', async () => (await volumesOf(stack)).length > 1);
        cli.kill('SIGKILL');
        await ended;
        await eventually('the orphans to end, or to have nothing left to do', async () => {
          const orphans = processesIn(stack.folder).filter((pid) => pid !== engine);
          const busy = (await volumesOf(stack)).some(({ status }) => status !== 'available');
          if (!busy) orphans.forEach(endNow);
          return orphans.length === 0;
        });
        await stack.cancel();
        const again = await stack.up();
        expect([again.code, again.output]).toEqual([0, again.output]);
        await expectOneEach(stack, 9);
        expect((await stack.destroy()).code).toBe(0);
        expect(await volumesOf(stack)).toEqual([]);
      }),
    timeoutMs,
  );

  it(
    'the engine between two ups: it is started again, with all it had',
    () =>
      onStack({ data: volume({ sizeGib: 1 }) }, async (stack) => {
        expect((await stack.up()).code).toBe(0);
        const { pid } = engineNote(stack.engineFolder);
        endNow(pid);
        await eventually('the engine to be gone', () => !processesIn(stack.folder).includes(pid));
        const again = await stack.up('--expect-no-changes');
        expect([again.code, again.output]).toEqual([0, again.output]);
        const refreshed = await stack.refresh('--expect-no-changes');
        expect([refreshed.code, refreshed.output]).toEqual([0, refreshed.output]);
        expect(engineNote(stack.engineFolder).pid).not.toBe(pid);
        await expectOneEach(stack, 1);
      }),
    timeoutMs,
  );

  it(
    'the engine in mid-up: the next up goes on, and nothing is there twice',
    () =>
      onStack({ first: volume({ sizeGib: 1 }) }, async (stack) => {
        expect((await stack.up()).code).toBe(0);
        stack.declare({ first: volume({ sizeGib: 1 }), ...eight });
        const running = outcomeOf(stack.spawn(['up', '--yes', '--skip-preview']));
        await eventually('a second volume', async () => (await volumesOf(stack)).length > 1);
        endNow(engineNote(stack.engineFolder).pid);
        const { output } = await running;
        expect(output).not.toMatch(stackTrace);
        const again = await stack.up();
        expect([again.code, again.output]).toEqual([0, again.output]);
        await expectOneEach(stack, 9);
        expect((await stack.destroy()).code).toBe(0);
        expect(await volumesOf(stack)).toEqual([]);
      }),
    timeoutMs,
  );
});

describeWithCli('secrets', () => {
  it(
    'of the configuration are used and are not in the state',
    () =>
      onStack({ data: volume({ sizeGib: 1 }) }, async (stack) => {
        expect((await stack.up()).code).toBe(0);
        const clouds = readFileSync(join(stack.engineFolder, 'clouds.yaml'), 'utf8');
        const password = /password: ?"?([^"\s]+)/.exec(clouds)?.[1] ?? '';
        const settings: [string, string, string][] = [
          ['authUrl', `${engineNote(stack.engineFolder).url}/identity/v3`, '--plaintext'],
          ['username', /username: ?"?([^"\s]+)/.exec(clouds)?.[1] ?? '', '--plaintext'],
          ['projectName', 'cinderkit', '--plaintext'],
          ['userDomainName', 'Default', '--plaintext'],
          ['projectDomainName', 'Default', '--plaintext'],
          ['password', `${password}-wrong`, '--secret'],
        ];
        const set = (name: string, value: string, how: string): Promise<unknown> =>
          stack.run(['config', 'set', `cinderkit:${name}`, value, how]);
        for (const setting of settings) await set(...setting);
        stack.declare({ data: volume({ sizeGib: 2 }) });
        const refused = await stack.up();
        expect(refused.code).not.toBe(0);
        expect(refused.output.replace(/\s+/g, ' ')).toMatch(/Cannot log in at/);
        expect(refused.output).not.toContain(password);
        await set('password', password, '--secret');
        const taken = await stack.up();
        expect([taken.code, taken.output]).toEqual([0, taken.output]);
        expect(await stack.stateText()).not.toContain(password);
        await expectOneEach(stack, 1);
      }),
    timeoutMs,
  );
});
