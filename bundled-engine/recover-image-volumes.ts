// Takes up again what the deletion of an image could not finish: its hidden volume, which no user
// sees and nobody else would ever remove. Invariant: a hidden volume that an image needs, or that
// an unfinished job is working on, is left alone.
import { volumeSubject } from './operations/operation-context';
import type { Parts } from './parts';
import { imagesOfVolume } from './records/images';
import { unfinishedJobs } from './records/jobs';
import { isUnknownMarker } from './records/table';
import { listVolumes } from './records/volumes';

/** Starts the removal of every hidden volume without an image; gives their ids. Repeatable. */
export async function recoverImageVolumes(parts: Parts): Promise<string[]> {
  const { database, internalTenant, jobs } = parts;
  const filters = { isInternal: true };
  const page = await listVolumes(database, { projectId: internalTenant.projectId, filters });
  const hidden = isUnknownMarker(page) ? [] : page.rows;
  if (hidden.length === 0) return [];
  const worked = JSON.stringify((await unfinishedJobs(database)).map(({ payload }) => payload));
  const begun: string[] = [];
  for (const { id } of hidden) {
    if (worked.includes(id) || (await imagesOfVolume(database, id)).length > 0) continue;
    await jobs.start(database, {
      operation: 'delete-image-volume',
      subject: volumeSubject(id),
      payload: { volumeId: id },
    });
    begun.push(id);
  }
  return begun;
}
