// The three shared tests over any operation: it works; it works with every step run twice; failing
// or killing it at each step leaves no debris and a truthful status. Invariant: the tests know
// steps and moments alone; what is right afterwards is the harness's to say.
import { findJob } from '../../bundled-engine/records/jobs';
import type { Database } from '../../bundled-engine/records/database';
import type { JobRow } from '../../bundled-engine/records/rows/job-row';
import type { JobRunner } from '../../bundled-engine/jobs/runner';
import { Crash } from '../../bundled-engine/jobs/step-hooks';
import type { StepHooks, StepMoment } from '../../bundled-engine/jobs/step-hooks';
import type { AnyOperation } from '../../bundled-engine/jobs/steps';

/** One try of an operation in a world of its own. */
export interface OperationTrial {
  readonly database: Database;
  /** The runner made with the hooks that fresh() was given; every operation needed is defined. */
  readonly runner: JobRunner;
  /** Admits the operation and starts its job, as the API would; gives the job's id. */
  start(): Promise<string>;
  /** A new runner over the same records and the same host, as after a crash; recover() is ours. */
  restart(hooks: StepHooks): Promise<JobRunner>;
  /**
   * Asserts that it worked: statuses, bytes, quotas, files; nothing transient, nothing left over.
   */
  expectDone(): Promise<void>;
  /** Asserts that it failed well: the status that tells the truth, no debris, no lost byte. */
  expectFailedClean(): Promise<void>;
  /** Removes the trial's world; called always, also after a failed assertion. */
  close(): Promise<void>;
}

/** What the laws need of an operation. */
export interface OperationHarness {
  readonly operation: AnyOperation;
  fresh(hooks: StepHooks): Promise<OperationTrial>;
  /**
   * Steps that admit no failure after their effect: beyond them the operation goes on (a remove).
   */
  readonly pointsOfNoReturn?: readonly string[];
}

const injected = 'injected failure';

/**
 * Registers the shared tests of an operation. Makes two trials a step and more: keep them small.
 */
export function describeOperation(name: string, harness: OperationHarness): void {
  describe(`operation ${name}`, () => {
    it('works', () => expectWorks(harness, {}));
    it('works with every step run twice', () => expectWorks(harness, { aroundStep: twice }));
    describe.each(harness.operation.steps.map((step) => step.name))('at step %s', (step) => {
      describeFailures(harness, step);
      describeCrashes(harness, { step, phase: 'do' });
    });
    describeCrashes(harness, { step: harness.operation.name, phase: 'done' });
    describeCrashesWhileUndoing(harness);
  });
}

function describeFailures(harness: OperationHarness, step: string): void {
  const at = { step, phase: 'do' } as const;
  it('leaves no debris when it fails before its effect', () =>
    expectFails(harness, { beforeStep: throwAt(at, () => new Error(injected)) }));
  if (harness.pointsOfNoReturn?.includes(step)) return;
  it('leaves no debris when it fails after its effect', () =>
    expectFails(harness, { afterStep: throwAt(at, () => new Error(injected)) }));
  it('leaves no debris when every undo runs twice', () =>
    expectFails(harness, {
      afterStep: throwAt(at, () => new Error(injected)),
      aroundStep: twice,
    }));
}

function describeCrashes(harness: OperationHarness, at: Moment): void {
  const goesBack = harness.operation.onRestart === 'undo';
  it(`ends well when killed before ${at.phase}`, () =>
    expectSurvives(harness, { beforeStep: throwAt(at, crashAt) }, !goesBack));
  it(`ends well when killed after ${at.phase}`, () =>
    expectSurvives(harness, { afterStep: throwAt(at, crashAt) }, !goesBack || at.phase === 'done'));
}

function describeCrashesWhileUndoing(harness: OperationHarness): void {
  const { name, steps } = harness.operation;
  const returning = steps.filter((step) => !harness.pointsOfNoReturn?.includes(step.name));
  const last = returning.at(-1)?.name ?? name;
  const failing = throwAt({ step: last, phase: 'do' }, () => new Error(injected));
  const moments: Moment[] = [
    ...returning
      .filter((step) => step.undo)
      .map((step) => ({ step: step.name, phase: 'undo' as const })),
    { step: name, phase: 'failed' },
  ];
  it.each(moments)('ends well when killed before $phase of $step', (at) =>
    expectSurvives(harness, { beforeStep: throwAt(at, crashAt), afterStep: failing }, false),
  );
  it.each(moments)('ends well when killed after $phase of $step', (at) => {
    const crash = throwAt(at, crashAt);
    const both = (moment: StepMoment): void => {
      crash(moment);
      failing(moment);
    };
    return expectSurvives(harness, { afterStep: both }, false);
  });
}

type Moment = Pick<StepMoment, 'step' | 'phase'>;

function throwAt(at: Moment, make: (moment: StepMoment) => Error): (moment: StepMoment) => void {
  return (moment) => {
    if (moment.step === at.step && moment.phase === at.phase) throw make(moment);
  };
}

function crashAt(moment: StepMoment): Crash {
  return new Crash(`at ${moment.phase} of ${moment.step}`);
}

async function twice(_moment: StepMoment, act: () => Promise<void>): Promise<void> {
  await act();
  await act();
}

async function expectWorks(harness: OperationHarness, hooks: StepHooks): Promise<void> {
  await withTrial(harness, hooks, async (trial) => {
    const jobId = await trial.start();
    await trial.runner.idle();
    expect(await jobOf(trial, jobId)).toMatchObject({ state: 'done', failure: null });
    await trial.expectDone();
  });
}

async function expectFails(harness: OperationHarness, hooks: StepHooks): Promise<void> {
  await withTrial(harness, hooks, async (trial) => {
    const jobId = await trial.start();
    await trial.runner.idle();
    const job = await jobOf(trial, jobId);
    expect(job).toMatchObject({ state: 'failed', failure: { message: injected, undone: true } });
    await trial.expectFailedClean();
  });
}

async function expectSurvives(
  harness: OperationHarness,
  hooks: StepHooks,
  works: boolean,
): Promise<void> {
  await withTrial(harness, hooks, async (trial) => {
    const jobId = await trial.start();
    await expect(trial.runner.idle()).rejects.toThrow(Crash);
    const runner = await trial.restart({});
    try {
      await runner.recover();
      await runner.idle();
      const outcome = works ? { state: 'done', failure: null } : { state: 'failed' };
      expect(await jobOf(trial, jobId)).toMatchObject(outcome);
      await (works ? trial.expectDone() : trial.expectFailedClean());
    } finally {
      await runner.stop();
    }
  });
}

function jobOf(trial: OperationTrial, jobId: string): Promise<JobRow | undefined> {
  return findJob(trial.database, jobId);
}

async function withTrial(
  harness: OperationHarness,
  hooks: StepHooks,
  body: (trial: OperationTrial) => Promise<void>,
): Promise<void> {
  const trial = await harness.fresh(hooks);
  try {
    await body(trial);
  } finally {
    await trial.runner.stop();
    await trial.close();
  }
}
