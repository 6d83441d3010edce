// Runs jobs durably: a job is a row before it runs, and goes on or back after a crash. Invariant: a
// job is finished exactly when its row says so, and after recover() and idle() no job is half-way.
import { randomUUID } from 'node:crypto';
import type { Database, Db } from '../records/database';
import { findJob, insertJob, pruneJobs, unfinishedJobs } from '../records/jobs';
import type { NewJob } from '../records/jobs';
import type { JobRow } from '../records/rows/job-row';
import { JobRun, RunStopped } from './job-run';
import { Lanes } from './lanes';
import { Crash } from './step-hooks';
import type { StepHooks } from './step-hooks';
import type { AnyOperation, JobLog } from './steps';

/** What a runner is made of. */
export interface JobRunnerOptions {
  readonly database: Database;
  /** What steps get as `parts`; asked for at each run, so the runner itself may be among them. */
  readonly parts: () => unknown;
  readonly log?: JobLog;
  /** How many jobs run side by side; 8 when left out. */
  readonly concurrency?: number;
  readonly hooks?: StepHooks;
  /** How often an undo is tried before the job is stuck; 5 when left out. */
  readonly undoAttempts?: number;
  /** Wait before an undo's second try, doubled before each further one; 100 when left out. */
  readonly undoDelayMs?: number;
  /**
   * Wait before a job is taken up again whose progress could not be recorded; 5000 when left out.
   */
  readonly retryDelayMs?: number;
  /** How many finished jobs are kept to look at; 1000 when left out. */
  readonly keepFinished?: number;
}

/** What to start. `subject` is what it works on, as in `volume/ID`. */
export type JobOrder = Pick<NewJob, 'operation' | 'subject'> & {
  /** A JSON object. */
  readonly payload: object;
};

/** What recovery found. */
export interface Recovery {
  /** Jobs that go on or back now. */
  readonly resumed: number;
  /** Jobs that this program cannot take up; they stay as they are, and the log tells why. */
  readonly unknown: readonly string[];
}

const silent: JobLog = { info: () => {}, warn: () => {}, error: () => {} };
const pruneEvery = 64;

/** The runner. One at a time may work on a database. */
export class JobRunner {
  private readonly options: JobRunnerOptions;
  private readonly log: JobLog;
  private readonly operations = new Map<string, AnyOperation>();
  private readonly lanes: Lanes;
  private readonly stopping = new AbortController();
  private readonly runs = new Map<string, { subject: string; run: JobRun }>();
  private readonly retries = new Map<string, NodeJS.Timeout>();
  private readonly waiters = new Map<string, (() => void)[]>();
  private crash: Crash | null = null;
  private finishedCount = 0;

  constructor(options: JobRunnerOptions) {
    this.options = options;
    this.log = options.log ?? silent;
    this.lanes = new Lanes(options.concurrency ?? 8);
  }

  /** Makes an operation known. Throws where its name is taken. */
  define(operation: AnyOperation): void {
    if (this.operations.has(operation.name)) {
      throw new Error(`operation ${operation.name} is defined twice; give one another name`);
    }
    this.operations.set(operation.name, operation);
  }

  /**
   * Records a job and gives its id. With a transaction the job begins once that is committed, and
   * is gone with it otherwise. Not repeatable: each call is a job.
   */
  async start(db: Db, order: JobOrder): Promise<string> {
    if (!this.operations.has(order.operation)) {
      throw new Error(`could not start ${order.operation}: no such operation is defined`);
    }
    const payload = JSON.parse(JSON.stringify(order.payload)) as Record<string, unknown>;
    const job = await insertJob(db, { ...order, id: randomUUID(), payload });
    db.afterCommit(() => this.take(job));
    return job.id;
  }

  /** Takes up every unfinished job, at boot. Does not wait for them: idle() does. Repeatable. */
  async recover(): Promise<Recovery> {
    const jobs = await unfinishedJobs(this.options.database);
    const taken = jobs.filter((job) => !this.runs.has(job.id)).map((job) => this.take(job));
    const unknown = jobs.filter((job) => !this.runs.has(job.id)).map((job) => job.id);
    return { resumed: taken.filter(Boolean).length, unknown };
  }

  /**
   * Makes the unfinished jobs of `subject` end with an error of code `cancelled` and be taken back.
   * Jobs already going back are left alone. A restart forgets the wish.
   */
  cancel(subject: string, reason: string): void {
    for (const entry of this.runs.values()) if (entry.subject === subject) entry.run.cancel(reason);
  }

  /** Settles when no job runs or waits. Rejects with the Crash where a hook has thrown one. */
  async idle(): Promise<void> {
    await this.lanes.idle();
    if (this.crash) throw this.crash;
  }

  /**
   * The job's row once it has finished, or undefined where there is none (any more). Where the
   * runner stops first, the row is as it was left.
   */
  async finished(jobId: string): Promise<JobRow | undefined> {
    if (this.runs.has(jobId) || this.retries.has(jobId)) {
      await new Promise<void>((resolve) => {
        this.waiters.set(jobId, [...(this.waiters.get(jobId) ?? []), resolve]);
      });
    }
    return findJob(this.options.database, jobId);
  }

  /**
   * Ends the steps at work by their signal and waits for them; the jobs go on at the next start.
   */
  async stop(): Promise<void> {
    this.stopping.abort(new RunStopped('the engine stops'));
    this.lanes.clear();
    await this.lanes.idle();
    for (const timer of this.retries.values()) clearTimeout(timer);
    this.retries.clear();
    this.runs.clear();
    for (const jobId of this.waiters.keys()) this.tell(jobId);
  }

  // Tells whether the job was taken up.
  private take(job: JobRow): boolean {
    if (this.stopping.signal.aborted || this.crash || this.runs.has(job.id)) return false;
    const operation = this.operations.get(job.operation);
    try {
      if (!operation) throw new Error(`no operation ${job.operation} is defined`);
      const run = new JobRun(job, operation, this.surroundings());
      this.runs.set(job.id, { subject: job.subject, run });
      this.lanes.add(job.subject, () => this.runToEnd(job, run));
      return true;
    } catch (error) {
      this.log.error({ jobId: job.id, operation: job.operation, err: error }, 'unknown job left');
      return false;
    }
  }

  private async runToEnd(job: JobRow, run: JobRun): Promise<void> {
    try {
      this.refuseAfterCrash();
      await run.run();
      this.runs.delete(job.id);
      this.tell(job.id);
      await this.prune();
    } catch (error) {
      this.runs.delete(job.id);
      if (error instanceof Crash) this.crash ??= error;
      else if (!(error instanceof RunStopped)) this.takeLater(job.id, error);
    }
  }

  // The records could not be written: a full disk, mostly. The row tells where to go on once they
  // can.
  private takeLater(jobId: string, error: unknown): void {
    this.log.error({ jobId, err: error }, 'a job could not record its progress; trying again');
    if (this.stopping.signal.aborted) return;
    const again = async (): Promise<void> => {
      this.retries.delete(jobId);
      try {
        const job = await findJob(this.options.database, jobId);
        if (job && job.finishedAt === null) this.take(job);
        else this.tell(jobId);
      } catch (next) {
        this.takeLater(jobId, next);
      }
    };
    const timer = setTimeout(() => void again(), this.options.retryDelayMs ?? 5000);
    this.retries.set(jobId, timer.unref());
  }

  private async prune(): Promise<void> {
    this.finishedCount += 1;
    if (this.finishedCount % pruneEvery !== 0) return;
    await pruneJobs(this.options.database, this.options.keepFinished ?? 1000);
  }

  private tell(jobId: string): void {
    for (const resolve of this.waiters.get(jobId) ?? []) resolve();
    this.waiters.delete(jobId);
  }

  private refuseAfterCrash(): void {
    if (this.crash) throw this.crash;
  }

  private surroundings(): ConstructorParameters<typeof JobRun>[2] {
    const { database, parts, hooks = {}, undoAttempts = 5, undoDelayMs = 100 } = this.options;
    return {
      database,
      parts: parts(),
      log: this.log,
      hooks,
      undoAttempts,
      undoDelayMs,
      stopped: this.stopping.signal,
      refuseAfterCrash: () => this.refuseAfterCrash(),
    };
  }
}
