// A job as it is recorded: one run of an operation, with how far it has come. Invariant: finishedAt
// is null as long as anything of it is left to do, so recovery takes up exactly those rows.
import type { TableShape } from './table-shape';

/** queued: not begun; stuck: undoing gave up, a human must look. */
export type JobState = 'queued' | 'running' | 'undoing' | 'done' | 'failed' | 'stuck';

/** Why a job failed, in a form that survives a restart. */
export interface JobFailure {
  /** The step that failed. */
  readonly step: string;
  readonly message: string;
  /** Code of the fault, where it was one. */
  readonly code: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  /** Whether every step was undone; false where undoing gave up and debris may be left. */
  readonly undone: boolean;
}

/** A recorded job. */
export interface JobRow {
  /** Order of admission; jobs of one subject run in it. */
  readonly seq: number;
  readonly id: string;
  readonly operation: string;
  readonly subject: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly memo: Readonly<Record<string, unknown>>;
  readonly state: JobState;
  /** The step at work or about to be; null before the first and after the last. */
  readonly step: string | null;
  readonly failure: JobFailure | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly finishedAt: string | null;
}

/** The table of jobs. */
export const jobTable = {
  table: 'jobs',
  columns: {
    seq: 'value',
    id: 'value',
    operation: 'value',
    subject: 'value',
    payload: 'json',
    memo: 'json',
    state: 'value',
    step: 'value?',
    failure: 'json?',
    createdAt: 'value',
    updatedAt: 'value',
    finishedAt: 'value?',
  },
  blank: {},
  computed: {},
  searchable: {},
} as const satisfies TableShape<JobRow>;
