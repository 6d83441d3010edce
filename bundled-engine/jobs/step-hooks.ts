// The seam at which tests stand: before, after and around every step. Invariant: production has no
// hooks, and a runner that meets a Crash writes nothing more, as a killed process would.

/** A moment in the run of a job. */
export interface StepMoment {
  readonly jobId: string;
  readonly operation: string;
  /** Name of the step; the operation's own name at `done` and `failed`. */
  readonly step: string;
  readonly phase: 'do' | 'undo' | 'done' | 'failed';
}

/**
 * Called at each moment. An error thrown here counts as the step's own; a Crash stops the runner.
 */
export interface StepHooks {
  beforeStep?(moment: StepMoment): void | Promise<void>;
  afterStep?(moment: StepMoment): void | Promise<void>;
  /** Runs the act itself, as often as it likes; called between the other two. Not at the end. */
  aroundStep?(moment: StepMoment, act: () => Promise<void>): Promise<void>;
}

/** The simulated death of the process: the runner that meets it does not touch anything again. */
export class Crash extends Error {
  constructor(where: string) {
    super(`simulated crash ${where}`);
    this.name = 'Crash';
  }
}
