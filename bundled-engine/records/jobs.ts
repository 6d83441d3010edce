// Jobs in the records: what the runner must find again after a crash. Invariant: one write a step,
// which says both that the step before has ended and that this one may have begun.
import type { Db } from './database';
import { presentMoment } from './moment';
import { codecOf } from './codec';
import { jobTable } from './rows/job-row';
import type { JobRow } from './rows/job-row';
import { Table, write } from './table';

const jobs = new Table<JobRow>(jobTable);
const codec = codecOf<JobRow>(jobTable);

/** What a new job is to do. */
export type NewJob = Pick<JobRow, 'id' | 'operation' | 'subject' | 'payload'>;

/** How far a job has come. */
export type JobProgress = Partial<
  Pick<JobRow, 'state' | 'step' | 'memo' | 'failure' | 'finishedAt'>
>;

/** Inserts a queued job and gives the whole row. */
export async function insertJob(db: Db, job: NewJob): Promise<JobRow> {
  const moment = presentMoment();
  const row: Omit<JobRow, 'seq'> = {
    ...job,
    memo: {},
    state: 'queued',
    step: null,
    failure: null,
    createdAt: moment,
    updatedAt: moment,
    finishedAt: null,
  };
  const stored = codec.encode(row);
  const names = Object.keys(stored).map((name) => `"${name}"`);
  const holes = names.map(() => '?').join(', ');
  const sql = `INSERT INTO "jobs" (${names.join(', ')}) VALUES (${holes})`;
  const { insertId } = await db.run(sql, Object.values(stored));
  return { ...row, seq: insertId };
}

/** Records progress of a job; tells whether it is there. Repeatable. */
export function recordProgress(db: Db, id: string, progress: JobProgress): Promise<boolean> {
  return jobs.update(db, id, progress);
}

/** The job of that id, or undefined where there is none or it was pruned. */
export function findJob(db: Db, id: string): Promise<JobRow | undefined> {
  return jobs.find(db, id);
}

/** Every job that has something left to do, in the order of admission. */
export function unfinishedJobs(db: Db): Promise<JobRow[]> {
  return jobs.where(db, [{ sql: '"finishedAt" IS NULL', parameters: [] }], 'ORDER BY "seq"');
}

/** The jobs of one subject, oldest first, finished ones included until they are pruned. */
export function jobsOfSubject(db: Db, subject: string): Promise<JobRow[]> {
  return jobs.where(db, [{ sql: '"subject" = ?', parameters: [subject] }], 'ORDER BY "seq"');
}

/** Removes finished jobs but the newest `keep` ones; gives the number. Repeatable. */
export function pruneJobs(db: Db, keep: number): Promise<number> {
  return write(
    db,
    'DELETE FROM "jobs" WHERE "finishedAt" IS NOT NULL AND "seq" <= ' +
      '(SELECT coalesce(max("seq"), 0) FROM "jobs") - ?',
    [keep],
  );
}
