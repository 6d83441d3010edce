// What an operation is made of: steps with an undo each, in an order that reads as a table of
// contents. Invariant: a step and an undo can be repeated at any time, for a crash may come after
// the effect and before it is recorded. Jobs know no nouns: what a step works with comes as
// `parts`.
import type { JobFailure } from '../records/rows/job-row';
import type { Tx } from '../records/database';

/** Where steps write what they do; pino's loggers fit. */
export interface JobLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** What a step works with. */
export interface StepContext<Payload = unknown, Parts = unknown, Memo = Record<string, unknown>> {
  readonly jobId: string;
  /** What the operation was started with; survives restarts as JSON. */
  readonly payload: Payload;
  /** What earlier steps have noted; recorded with the progress when a step or undo has ended. */
  readonly memo: Partial<Memo>;
  /** Records the memo at once, for a step that must know after a crash what it was about to do. */
  saveMemo(): Promise<void>;
  /** Fires when the runner stops or the job is cancelled: long work must then end with an error. */
  readonly signal: AbortSignal;
  readonly parts: Parts;
  readonly log: JobLog;
}

/** One repeatable act with its undo. */
export interface Step<Payload = unknown, Parts = unknown, Memo = Record<string, unknown>> {
  readonly name: string;
  readonly act: (context: StepContext<Payload, Parts, Memo>) => Promise<void>;
  /**
   * Takes back what `act` did, wholly, partly or not at all; absent where nothing is left behind.
   */
  readonly undo: ((context: StepContext<Payload, Parts, Memo>) => Promise<void>) | undefined;
}

/** The body of an operation. */
export interface OperationPlan<Payload, Parts, Memo> {
  readonly steps: readonly Step<Payload, Parts, Memo>[];
  /**
   * Makes the outcome visible (the final status). Runs in the transaction that finishes the job:
   * all writes must go through `tx`, and nothing slow may be done. An error undoes all steps.
   */
  readonly done?: (context: StepContext<Payload, Parts, Memo>, tx: Tx) => Promise<void>;
  /**
   * Makes the failure visible (the status that tells the truth, a message to the user). Runs in the
   * transaction that finishes the job, after the undos; also where an undo gave up (`undone`
   * false).
   */
  readonly failed?: (
    context: StepContext<Payload, Parts, Memo>,
    failure: JobFailure,
    tx: Tx,
  ) => Promise<void>;
  /** What happens to a run that a crash interrupted: it goes on (default) or is taken back. */
  readonly onRestart?: 'resume' | 'undo';
  /**
   * Where a run that goes on begins: at the step that was interrupted (default), or at the first
   * one. The latter is for short runs whose steps find out by themselves what is done already:
   * their progress is not recorded, which saves a durable write a step.
   */
  readonly resumeAt?: 'step' | 'start';
  /** Checks a payload read back from the records; throws where it is not one. */
  readonly parse?: (recorded: unknown) => Payload;
}

/** A named operation. Names are recorded: renaming one or its steps orphans unfinished runs. */
export interface Operation<
  Payload = unknown,
  Parts = unknown,
  Memo = Record<string, unknown>,
> extends OperationPlan<Payload, Parts, Memo> {
  readonly name: string;
}

/** An operation whose payload, parts and memo do not matter to the holder. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- existential: whatever payload
export type AnyOperation = Operation<any, any, any>;

/** Makes a step. `undo` is left out where the step leaves nothing that must be taken back. */
export function step<Payload, Parts, Memo>(
  name: string,
  act: Step<Payload, Parts, Memo>['act'],
  undo?: NonNullable<Step<Payload, Parts, Memo>['undo']>,
): Step<Payload, Parts, Memo> {
  return { name, act, undo };
}

/** Makes an operation. Throws where two steps share a name, for progress is recorded by name. */
export function operation<Payload, Parts = unknown, Memo = Record<string, unknown>>(
  name: string,
  plan: OperationPlan<Payload, Parts, Memo>,
): Operation<Payload, Parts, Memo> {
  const names = new Set(plan.steps.map((each) => each.name));
  if (names.size !== plan.steps.length) {
    throw new Error(`operation ${name} has two steps of one name; give each a name of its own`);
  }
  return { name, ...plan };
}
