// The runner: what runs beside what, what stops and goes on, and what is kept.
import { operation, step } from '../../bundled-engine/jobs/steps';
import type { JobRunner } from '../../bundled-engine/jobs/runner';
import { findJob, jobsOfSubject, unfinishedJobs } from '../../bundled-engine/records/jobs';
import { gate, single, useRunners } from './runner-trial';
import { toyOperation } from './toy-operation';

const { world, runnerOf } = useRunners();

describe('which job runs when', () => {
  it('runs jobs of one subject one at a time in their order, others beside them', async () => {
    const log: string[] = [];
    const hold = gate();
    const act = single('act', async ({ payload }) => {
      const { name, waits } = payload as { name: string; waits: boolean };
      log.push(`${name} begins`);
      if (waits) await hold.wait();
      log.push(`${name} ends`);
      if (name === 'other') hold.open();
    });
    const runner = runnerOf([act]);
    const start = (subject: string, name: string, waits: boolean): Promise<string> =>
      runner.start(world().database, { operation: 'act', subject, payload: { name, waits } });
    await start('volume/1', 'first', true);
    await start('volume/1', 'second', false);
    await start('volume/2', 'other', false);
    await runner.idle();
    expect(log).toEqual([
      'first begins',
      'other begins',
      'other ends',
      'first ends',
      'second begins',
      'second ends',
    ]);
  });

  it('keeps to the bound', async () => {
    let [running, most] = [0, 0];
    const act = single('act', async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    });
    const runner = runnerOf([act], { concurrency: 3 });
    for (let index = 0; index < 12; index += 1) {
      await runner.start(world().database, { operation: 'act', subject: `${index}`, payload: {} });
    }
    await runner.idle();
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('begins when the transaction is committed, and never where it is rolled back', async () => {
    const seen: string[] = [];
    const act = single('act', async ({ payload }) => {
      seen.push((payload as { name: string }).name);
    });
    const runner = runnerOf([act]);
    const order = (name: string): Parameters<JobRunner['start']>[1] => ({
      operation: 'act',
      subject: name,
      payload: { name },
    });
    await world().database.transaction(async (tx) => {
      await runner.start(tx, order('kept'));
      expect(seen).toEqual([]);
    });
    const undone = world().database.transaction(async (tx) => {
      await runner.start(tx, order('dropped'));
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    await runner.idle();
    expect(seen).toEqual(['kept']);
    expect(await jobsOfSubject(world().database, 'dropped')).toEqual([]);
  });

  it('refuses what it does not know', async () => {
    const runner = runnerOf([toyOperation()]);
    const start = runner.start(world().database, { operation: 'none', subject: 'a', payload: {} });
    await expect(start).rejects.toThrow('could not start none');
    expect(() => runner.define(toyOperation())).toThrow('defined twice');
    const same = [step('a', async () => {}), step('a', async () => {})];
    expect(() => operation('b', { steps: same })).toThrow('two steps of one name');
  });
});

describe('stopping', () => {
  it('ends the step by its signal and goes on at the next start, in order', async () => {
    const begun = gate();
    const log: string[] = [];
    const slow = single('slow', async ({ signal, payload }) => {
      log.push((payload as { name: string }).name);
      begun.open();
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      );
    });
    const first = runnerOf([slow]);
    const order = { operation: 'slow', subject: 'volume/1' };
    const jobId = await first.start(world().database, { ...order, payload: { name: 'one' } });
    await first.start(world().database, { ...order, payload: { name: 'two' } });
    await begun.wait();
    await first.stop();
    expect(await findJob(world().database, jobId)).toMatchObject({ finishedAt: null });

    const quick = single('slow', async ({ payload }) => {
      log.push((payload as { name: string }).name);
    });
    const second = runnerOf([quick]);
    expect(await second.recover()).toEqual({ resumed: 2, unknown: [] });
    await second.idle();
    expect(log).toEqual(['one', 'one', 'two']);
    expect(await unfinishedJobs(world().database)).toEqual([]);
  });

  it('leaves a job of an unknown operation as it is, and names it', async () => {
    const runner = runnerOf([single('old', async ({ signal }) => signal.throwIfAborted())]);
    await runner.stop();
    const jobId = await runner.start(world().database, {
      operation: 'old',
      subject: 'a',
      payload: {},
    });
    const next = runnerOf([toyOperation()]);
    expect(await next.recover()).toEqual({ resumed: 0, unknown: [jobId] });
    expect(await findJob(world().database, jobId)).toMatchObject({ state: 'queued' });
  });

  it('takes a cancelled job back, with the reason', async () => {
    const begun = gate();
    const undone: string[] = [];
    const slow = operation('slow', {
      steps: [
        step(
          'act',
          async ({ signal }) => {
            begun.open();
            await new Promise((_, reject) =>
              signal.addEventListener('abort', () => reject(new Error('aborted'))),
            );
          },
          async ({ signal }) => void undone.push(`undone, aborted: ${signal.aborted}`),
        ),
      ],
    });
    const runner = runnerOf([slow]);
    const order = { operation: 'slow', subject: 'volume/1', payload: {} };
    const jobId = await runner.start(world().database, order);
    await begun.wait();
    runner.cancel('volume/1', 'the backup was deleted');
    expect(await runner.finished(jobId)).toMatchObject({
      state: 'failed',
      failure: { code: 'cancelled', message: 'the backup was deleted', step: 'act' },
    });
    expect(undone).toEqual(['undone, aborted: false']);
  });
});

it('forgets old finished jobs and keeps the newest', async () => {
  const runner = runnerOf([single('act', async () => {})], { keepFinished: 10 });
  const ids: string[] = [];
  for (let index = 0; index < 128; index += 1) {
    ids.push(
      await runner.start(world().database, { operation: 'act', subject: 'a', payload: { index } }),
    );
  }
  await runner.idle();
  expect(await findJob(world().database, ids[0] ?? '')).toBeUndefined();
  expect(await findJob(world().database, ids.at(-1) ?? '')).toMatchObject({
    payload: { index: 127 },
  });
  expect((await jobsOfSubject(world().database, 'a')).length).toBeLessThanOrEqual(10);
});

it('keeps a memo that a step saves before its effect', async () => {
  const seen: unknown[] = [];
  const act = single('act', async ({ memo, saveMemo, signal }) => {
    seen.push(memo.chosen);
    memo.chosen ??= 'here';
    await saveMemo();
    if (seen.length === 1) {
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      );
    }
  });
  const first = runnerOf([act]);
  const order = { operation: 'act', subject: 'a', payload: {} };
  const jobId = await first.start(world().database, order);
  while ((await findJob(world().database, jobId))?.memo.chosen === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await first.stop();
  const second = runnerOf([act]);
  await second.recover();
  await second.idle();
  expect(seen).toEqual([undefined, 'here']);
});
