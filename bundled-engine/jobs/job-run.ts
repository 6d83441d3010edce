// One run of one job: its steps forward, or back where one fails. Invariant: what is recorded is
// never ahead of what was done, and the last word (done or failed) is in one transaction with its
// effect.
import { setTimeout as delay } from 'node:timers/promises';
import type { Database, Tx } from '../records/database';
import { recordProgress } from '../records/jobs';
import type { JobProgress } from '../records/jobs';
import { presentMoment } from '../records/moment';
import type { JobFailure, JobRow } from '../records/rows/job-row';
import { failureOf } from './failure';
import { Crash } from './step-hooks';
import type { StepHooks, StepMoment } from './step-hooks';
import type { AnyOperation, JobLog, Step, StepContext } from './steps';

/** What a run needs of its runner. */
export interface RunSurroundings {
  readonly database: Database;
  readonly parts: unknown;
  readonly log: JobLog;
  readonly hooks: StepHooks;
  /** How often an undo is tried before the job is stuck, and the wait before the second try. */
  readonly undoAttempts: number;
  readonly undoDelayMs: number;
  /** Fires when the runner stops: the job then stays as it is, for the next start. */
  readonly stopped: AbortSignal;
  /** Throws the Crash that the runner has met, so that nothing is written after it. */
  readonly refuseAfterCrash: () => void;
}

/** Thrown when the runner stops in mid-run; the job stays recorded as it is. */
export class RunStopped extends Error {}

/** One run. */
export class JobRun {
  private readonly job: JobRow;
  private readonly operation: AnyOperation;
  private readonly around: RunSurroundings;
  private readonly cancelled = new AbortController();
  private readonly memo: Record<string, unknown>;
  private readonly payload: unknown;

  constructor(job: JobRow, operation: AnyOperation, around: RunSurroundings) {
    this.job = job;
    this.operation = operation;
    this.around = around;
    this.memo = { ...job.memo };
    this.payload = operation.parse ? operation.parse(job.payload) : job.payload;
  }

  /** Makes the step at work end with an error; the job is then taken back. */
  cancel(reason: string): void {
    this.cancelled.abort(Object.assign(new Error(reason), { code: 'cancelled' }));
  }

  /**
   * Runs to the end. Rejects with RunStopped, Crash, or where the records could not be written; the
   * row then tells where to go on. Errors of steps do not reject: they end in `failed`.
   */
  async run(): Promise<void> {
    const { state, step, failure } = this.job;
    const at = step === null ? -1 : this.indexOf(step);
    if (state === 'undoing' || state === 'stuck') {
      const known = failure ?? failureOf(this.operation.name, new Error('failed before a restart'));
      return state === 'stuck' ? this.fail(known) : this.undoFrom(at, known);
    }
    if (state === 'running' && this.operation.onRestart === 'undo') {
      const interrupted = new Error('the engine stopped while it ran');
      return this.turnBack(at, step, Object.assign(interrupted, { code: 'interrupted' }));
    }
    return this.forwardFrom(state === 'queued' || step === null ? 0 : at);
  }

  private async forwardFrom(start: number): Promise<void> {
    const { steps } = this.operation;
    for (let index = start; index < steps.length; index += 1) {
      const step = this.stepAt(index);
      try {
        if (this.mustRecordBegin(index)) await this.record({ state: 'running', step: step.name });
        this.cancelled.signal.throwIfAborted();
        await this.perform('do', step.name, () => step.act(this.context('do')));
      } catch (error) {
        this.passOnEnds(error);
        return this.turnBack(index, step.name, error);
      }
    }
    try {
      await this.finish('done', {}, (tx) => this.operation.done?.(this.context('undo'), tx));
    } catch (error) {
      this.passOnEnds(error);
      return this.turnBack(steps.length - 1, this.operation.name, error);
    }
  }

  // A queued job begins at the first step after a restart too, so that step's begin tells nothing
  // new, and each write that is left out is a sync of the disk less.
  private mustRecordBegin(index: number): boolean {
    const { onRestart, resumeAt } = this.operation;
    if (onRestart === 'undo') return true;
    return resumeAt !== 'start' && (index > 0 || this.job.state !== 'queued');
  }

  private async turnBack(index: number, step: string | null, error: unknown): Promise<void> {
    const cause = this.cancelled.signal.aborted ? this.cancelled.signal.reason : error;
    const failure = failureOf(step ?? this.operation.name, cause);
    this.around.log.warn({ ...this.title(), step, err: cause }, 'a step failed; undoing');
    await this.record({ state: 'undoing', step: this.nameAt(index), failure });
    return this.undoFrom(index, failure);
  }

  private async undoFrom(start: number, failure: JobFailure): Promise<void> {
    for (let index = start; index >= 0; index -= 1) {
      const { name, undo } = this.stepAt(index);
      if (!undo) continue;
      const isUndone = await this.tryOften(name, () =>
        this.perform('undo', name, () => undo(this.context('undo'))),
      );
      if (!isUndone) return this.fail({ ...failure, undone: false });
      await this.record({ step: this.nameAt(index - 1) });
    }
    return this.fail(failure);
  }

  private async fail(failure: JobFailure): Promise<void> {
    const state = failure.undone ? 'failed' : 'stuck';
    const isTold = await this.tryOften(this.operation.name, () =>
      this.finish(state, { failure }, (tx) =>
        this.operation.failed?.(this.context('undo'), failure, tx),
      ),
    );
    if (isTold) return;
    await this.record({ state: failure.undone ? 'undoing' : 'stuck', step: null });
    throw new Error(`the failure of job ${this.job.id} could not be made visible`);
  }

  private async finish(
    state: 'done' | 'failed' | 'stuck',
    progress: JobProgress,
    tell: (tx: Tx) => Promise<void> | undefined,
  ): Promise<void> {
    const moment = this.moment(state === 'done' ? 'done' : 'failed', this.operation.name);
    await this.around.hooks.beforeStep?.(moment);
    this.around.refuseAfterCrash();
    await this.around.database.transaction(async (tx) => {
      await tell(tx);
      this.around.refuseAfterCrash();
      const finishedAt = presentMoment();
      await recordProgress(tx, this.job.id, {
        ...progress,
        state,
        step: null,
        memo: this.memo,
        finishedAt,
      });
    });
    // It is finished now: only a Crash may still come from the hook, no error could be undone.
    await this.around.hooks.afterStep?.(moment);
  }

  private async perform(
    phase: 'do' | 'undo',
    step: string,
    act: () => Promise<void>,
  ): Promise<void> {
    const { hooks, stopped } = this.around;
    const moment = this.moment(phase, step);
    const guarded = async (): Promise<void> => {
      this.around.refuseAfterCrash();
      await act();
      this.around.refuseAfterCrash();
    };
    if (stopped.aborted) throw new RunStopped();
    await hooks.beforeStep?.(moment);
    await (hooks.aroundStep ? hooks.aroundStep(moment, guarded) : guarded());
    await hooks.afterStep?.(moment);
  }

  // Tells whether `act` came to succeed within the bound; each failure is logged.
  private async tryOften(name: string, act: () => Promise<void>): Promise<boolean> {
    const { undoAttempts, undoDelayMs, log, stopped } = this.around;
    for (let attempt = 1; attempt <= undoAttempts; attempt += 1) {
      try {
        await act();
        return true;
      } catch (error) {
        this.passOnEnds(error);
        log.error({ ...this.title(), step: name, attempt, err: error }, 'could not undo a step');
        if (attempt === undoAttempts) return false;
        await delay(undoDelayMs * 2 ** (attempt - 1), undefined, { signal: stopped }).catch(() => {
          throw new RunStopped();
        });
      }
    }
    return false;
  }

  // The ends of the runner are not failures of the job.
  private passOnEnds(error: unknown): void {
    if (error instanceof Crash) throw error;
    this.around.refuseAfterCrash();
    if (this.around.stopped.aborted) throw new RunStopped();
  }

  private async record(progress: JobProgress): Promise<void> {
    this.around.refuseAfterCrash();
    await recordProgress(this.around.database, this.job.id, { ...progress, memo: this.memo });
  }

  private context(phase: 'do' | 'undo'): StepContext {
    const { parts, log, stopped } = this.around;
    const signal = phase === 'do' ? AbortSignal.any([stopped, this.cancelled.signal]) : stopped;
    const { job, payload, memo } = this;
    const saveMemo = (): Promise<void> => this.record({});
    return { jobId: job.id, payload, memo, parts, log, signal, saveMemo };
  }

  private moment(phase: StepMoment['phase'], step: string): StepMoment {
    return { jobId: this.job.id, operation: this.operation.name, step, phase };
  }

  private title(): { jobId: string; operation: string; subject: string } {
    const { id, operation, subject } = this.job;
    return { jobId: id, operation, subject };
  }

  private nameAt(index: number): string | null {
    return index < 0 ? null : this.stepAt(index).name;
  }

  private indexOf(name: string): number {
    const index = this.operation.steps.findIndex((step) => step.name === name);
    if (index >= 0) return index;
    throw new Error(
      `job ${this.job.id} stands at step "${name}", which ${this.operation.name} does not have; ` +
        'run the version of the program that wrote it',
    );
  }

  private stepAt(index: number): Step {
    const step: Step | undefined = this.operation.steps[index];
    if (!step) throw new Error(`${this.operation.name} has no step ${index}`);
    return step;
  }
}
