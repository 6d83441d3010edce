// The runner when steps fail, and when nothing helps: what is tried again, and what is told.
import { operation, step } from '../../bundled-engine/jobs/steps';
import type { AnyOperation } from '../../bundled-engine/jobs/steps';
import type { JobRunner } from '../../bundled-engine/jobs/runner';
import { findJob } from '../../bundled-engine/records/jobs';
import { saveSetting } from '../../bundled-engine/records/settings';
import { useRunners } from './runner-trial';

const { world, runnerOf } = useRunners();

describe('when nothing helps', () => {
  const failing = (undo: () => Promise<void>): AnyOperation =>
    operation('failing', {
      steps: [
        step('act', async () => {}, undo),
        step('break', async () => {
          throw Object.assign(new Error('no space'), { code: 'ENOSPC', details: { freeBytes: 0 } });
        }),
      ],
      failed: async (_context, failure, tx) => saveSetting(tx, 'outcome', failure),
    });

  it('records why, with code and details, and tells it to failed', async () => {
    const runner = runnerOf([failing(async () => {})]);
    const jobId = await runner.start(world().database, {
      operation: 'failing',
      subject: 'a',
      payload: {},
    });
    const failure = {
      step: 'break',
      message: 'no space',
      code: 'ENOSPC',
      details: { freeBytes: 0 },
      undone: true,
    };
    expect(await runner.finished(jobId)).toMatchObject({ state: 'failed', failure });
    expect(await world().outcome('outcome')).toEqual(failure);
  });

  it('tries an undo again, and again', async () => {
    let tries = 0;
    const runner = runnerOf([
      failing(async () => {
        tries += 1;
        if (tries < 4) throw new Error('busy');
      }),
    ]);
    const jobId = await startFailing(runner);
    expect(await runner.finished(jobId)).toMatchObject({ state: 'failed' });
    expect(tries).toBe(4);
  });

  it('is stuck when an undo never works, and failed still runs', async () => {
    const runner = runnerOf([failing(() => Promise.reject(new Error('busy')))], {
      undoAttempts: 3,
    });
    const jobId = await startFailing(runner);
    const job = await runner.finished(jobId);
    expect(job).toMatchObject({ state: 'stuck', failure: { undone: false } });
    expect(job?.finishedAt).not.toBeNull();
    expect(await world().outcome('outcome')).toMatchObject({ undone: false });
  });

  it('calls failed again at the next start where it could not be told', async () => {
    let isBroken = true;
    const silent = operation('failing', {
      steps: [
        step('break', async () => {
          throw new Error('no space');
        }),
      ],
      failed: async (_context, failure, tx) => {
        if (isBroken) throw new Error('cannot tell');
        await saveSetting(tx, 'outcome', failure.message);
      },
    });
    const first = runnerOf([silent], { undoAttempts: 2 });
    const jobId = await startFailing(first);
    await first.idle();
    expect(await findJob(world().database, jobId)).toMatchObject({ finishedAt: null });
    isBroken = false;
    const second = runnerOf([silent]);
    await second.recover();
    expect(await second.finished(jobId)).toMatchObject({ state: 'failed' });
    expect(await world().outcome('outcome')).toBe('no space');
  });

  it('goes on by itself once the records can be written again', async () => {
    let isBroken = true;
    const runner = runnerOf(
      [
        operation('failing', {
          steps: [
            step('act', async () => {
              throw new Error('no space');
            }),
          ],
          failed: async (_context, failure, tx) => {
            await saveSetting(tx, 'outcome', failure.message);
            if (isBroken) throw new Error('database or disk is full');
          },
        }),
      ],
      { undoAttempts: 1, retryDelayMs: 1 },
    );
    const jobId = await startFailing(runner);
    await runner.idle();
    expect(await world().outcome('outcome')).toBeUndefined();
    isBroken = false;
    expect(await runner.finished(jobId)).toMatchObject({ state: 'failed' });
    expect(await world().outcome('outcome')).toBe('no space');
  });

  it('finishes a job that met a full disk, when there is room again', async () => {
    const { database } = world();
    const limitPages = (pages: number): Promise<unknown> =>
      database.transaction((tx) => tx.rows(`PRAGMA max_page_count = ${pages}`, []));
    const reports: string[] = [];
    const log = {
      info: () => {},
      warn: () => {},
      error: (_details: object, message: string) => void reports.push(message),
    };
    const large = operation('failing', {
      steps: [
        step('act', async ({ memo }) => {
          Object.assign(memo, { text: 'x'.repeat(1_000_000) });
        }),
        step('go on', async () => {}),
      ],
      done: async (_context, tx) => saveSetting(tx, 'outcome', 'done'),
    });
    const runner = runnerOf([large], { undoAttempts: 1, retryDelayMs: 1, log });
    await limitPages(1);
    const jobId = await startFailing(runner);
    await runner.idle();
    expect(reports).toContain('a job could not record its progress; trying again');
    expect(await findJob(database, jobId)).toMatchObject({ finishedAt: null, failure: null });
    await limitPages(1_000_000);
    expect(await runner.finished(jobId)).toMatchObject({ state: 'done', failure: null });
    expect(await world().outcome('outcome')).toBe('done');
  });

  it('undoes every step when done itself fails', async () => {
    const undone: string[] = [];
    const runner = runnerOf([
      operation('failing', {
        steps: [
          step(
            'act',
            async () => {},
            async () => void undone.push('act'),
          ),
        ],
        done: () => Promise.reject(new Error('the row is gone')),
      }),
    ]);
    const jobId = await startFailing(runner);
    expect(await runner.finished(jobId)).toMatchObject({
      state: 'failed',
      failure: { step: 'failing', message: 'the row is gone' },
    });
    expect(undone).toEqual(['act']);
  });
});

function startFailing(runner: JobRunner): Promise<string> {
  return runner.start(world().database, { operation: 'failing', subject: 'a', payload: {} });
}
