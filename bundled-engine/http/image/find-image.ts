// Finds an image for a caller. Invariant: what a caller may not see is not there (404); what it may
// see but not change is refused (403), as Glance does.
import type { Parts } from '../../parts';
import { findImage } from '../../records/images';
import { unfinishedJobs } from '../../records/jobs';
import type { Db } from '../../records/database';
import type { ImageRow } from '../../records/rows/image-row';
import type { Caller } from '../caller';
import type { RouteRequest } from '../serve-route';
import { imageFaults } from './image-faults';

/** Whose images the caller may see: null for all of them. */
export function viewerOf(caller: Caller): string | null {
  return caller.isAdmin ? null : caller.projectId;
}

/** The image of the URL, which the caller may see. Fails with 404. */
export async function seenImage(request: RouteRequest, parts: Parts): Promise<ImageRow> {
  const id = request.params['id'] ?? '';
  const image = await findImage(parts.database, id, { viewerProjectId: viewerOf(request.caller) });
  if (!image) throw imageFaults.notFound({ id });
  return image;
}

/** The image of the URL, which the caller may change. Fails with 404, or 403 naming `what`. */
export async function ownImage(
  request: RouteRequest,
  parts: Parts,
  what: string,
): Promise<ImageRow> {
  const image = await seenImage(request, parts);
  if (request.caller.isAdmin || image.projectId === request.caller.projectId) return image;
  throw imageFaults.notYours({ what });
}

/** Operations that are at work on an image, or are about to be. */
export async function jobsOnImage(db: Db, imageId: string): Promise<string[]> {
  const jobs = await unfinishedJobs(db);
  return jobs.filter(({ payload }) => names(payload, imageId)).map(({ operation }) => operation);
}

/**
 * Payloads are the operations' own; an id is random, so that finding it anywhere is proof enough.
 */
function names(payload: unknown, imageId: string): boolean {
  return JSON.stringify(payload).includes(imageId);
}
