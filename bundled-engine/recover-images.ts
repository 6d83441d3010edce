// Puts images right after a crash: uploads that were cut off go back to queued, files without an
// image go away. Invariant: what an unfinished job is working on is left to that job.
import type { ImageFiles } from './image-files';
import { listImages } from './records/images';
import type { Database } from './records/database';
import type { ImageRow } from './records/rows/image-row';
import { unfinishedJobs } from './records/jobs';
import { isUnknownMarker } from './records/table';
import { transition } from './records/transition';

/** Call at the start, before jobs are taken up and before anything is served. Repeatable. */
export async function recoverImages(
  database: Database,
  files: ImageFiles,
): Promise<{ readonly requeued: readonly string[]; readonly removed: readonly string[] }> {
  const jobs = await unfinishedJobs(database);
  const worked = JSON.stringify(jobs.map(({ payload }) => payload));
  const images = await allImages(database);
  const cutOff = images.filter(({ id, status }) => status === 'saving' && !worked.includes(id));
  for (const { id } of cutOff) {
    await transition(database, 'images', id, { from: ['saving'], to: 'queued' });
  }
  const kept = new Set(
    images.filter(({ id, status }) => isWhole(status) || worked.includes(id)).map(({ id }) => id),
  );
  const removed = await files.sweep((id) => kept.has(id));
  return { requeued: cutOff.map(({ id }) => id), removed };
}

function isWhole(status: string): boolean {
  return status === 'active' || status === 'deactivated';
}

async function allImages(database: Database): Promise<ImageRow[]> {
  const page = await listImages(database, { viewerProjectId: null, projectId: null });
  return isUnknownMarker(page) ? [] : page.rows;
}
