// Images as entries of a catalogue: list, create, show, change, delete, tags. Invariant: an id that
// was ever an image's never comes to mean another, and deleting an image never removes a user's
// volume.
import { randomUUID } from 'node:crypto';
import type { imageRoutes } from '../../../schema/wire/images';
import type { Parts } from '../../parts';
import {
  findImage,
  insertImage,
  isImageIdTaken,
  listImages,
  updateImage,
} from '../../records/images';
import type { ImageRow } from '../../records/rows/image-row';
import { isUnknownMarker } from '../../records/table';
import { transition } from '../../records/transition';
import { Answer } from '../serve-route';
import type { HandlersOf } from '../serve-route';
import { changeImage } from './change-image';
import { ownImage, seenImage } from './find-image';
import { forgetImage } from './forget-image';
import { imageFaults } from './image-faults';
import {
  assertChangeAllowed,
  assertFew,
  assertStorable,
  assertVisibility,
  propertiesIn,
} from './image-rules';
import { imageView } from './image-view';
import { listQuery } from './list-images-query';
import { locateImage, parseLocation } from './locate-image';
import { pagePath, parametersOf } from './page-path';

type CatalogueRoutes = Pick<
  typeof imageRoutes,
  | 'listImages'
  | 'createImage'
  | 'showImage'
  | 'updateImage'
  | 'deleteImage'
  | 'deactivateImage'
  | 'reactivateImage'
  | 'addImageTag'
  | 'removeImageTag'
>;

/** Handlers of the routes about images as entries. */
export const catalogueHandlers: HandlersOf<CatalogueRoutes> = {
  listImages: async (request, parts) => {
    const query = listQuery(request.query, request.caller);
    const page = await listImages(parts.database, query);
    if (isUnknownMarker(page)) throw imageFaults.markerInvalid({ marker: page.unknownMarker });
    const last = page.rows[page.rows.length - 1];
    const rest = parametersOf(request);
    const next = page.hasMore && last ? { next: pagePath(rest, last.id) } : {};
    return {
      images: page.rows.map(imageView),
      first: pagePath(rest, null),
      schema: '/v2/schemas/images',
      ...next,
    };
  },
  createImage: async ({ body, caller }, parts) => {
    const { id = randomUUID(), tags = [], ...rest } = body;
    const properties = propertiesIn(rest);
    const image: ImageRow = await parts.database.transaction(async (tx) => {
      if (await isImageIdTaken(tx, id.toLowerCase())) throw imageFaults.idTaken({ id });
      const owner = body.owner ?? caller.projectId;
      if (owner !== caller.projectId && !caller.isAdmin) throw imageFaults.ownerForeign({ owner });
      if (owner === '') {
        throw imageFaults.forbidden({ reason: 'An image needs a project; this token has none.' });
      }
      assertVisibility(body.visibility, caller);
      return insertImage(tx, {
        id: id.toLowerCase(),
        projectId: owner,
        userId: caller.userId,
        status: 'queued',
        name: body.name ?? null,
        visibility: body.visibility ?? 'shared',
        isProtected: body.protected ?? false,
        isHidden: body.os_hidden ?? false,
        diskFormat: body.disk_format ?? null,
        containerFormat: body.container_format ?? null,
        minDiskGib: body.min_disk ?? 0,
        minRamMib: body.min_ram ?? 0,
        properties,
        tags: [...new Set(tags)],
      });
    });
    return new Answer({ headers: { Location: `/v2/images/${image.id}` }, body: imageView(image) });
  },
  showImage: async (request, parts) => imageView(await seenImage(request, parts)),
  updateImage: async (request, parts) => {
    const { id } = await ownImage(request, parts, 'modify');
    await parts.database.transaction(async (tx) => {
      // Read again inside, so that two changes at once do not undo each other.
      const image = await findImage(tx, id);
      if (!image) throw imageFaults.notFound({ id });
      const { patch, locations } = changeImage(image, request.body);
      assertChangeAllowed(image, patch, request.caller);
      await updateImage(tx, id, patch);
      if (locations !== undefined) {
        await locateImage(tx, { ...image, ...patch }, parseLocation(locations));
      }
    });
    return imageView(await seenImage(request, parts));
  },
  deleteImage: async (request, parts) => {
    const image = await ownImage(request, parts, 'delete');
    await parts.database.transaction((tx) => forgetImage(tx, image.id, parts));
    // After the commit: a crash in between leaves a file without an image, which the next start
    // sweeps.
    await parts.images.remove(image.id);
    return undefined;
  },
  deactivateImage: async (request, parts) => {
    const image = await ownImage(request, parts, 'deactivate');
    await move(parts, image, 'deactivated');
    return undefined;
  },
  reactivateImage: async (request, parts) => {
    const image = await ownImage(request, parts, 'reactivate');
    await move(parts, image, 'active');
    return undefined;
  },
  addImageTag: async (request, parts) => {
    const image = await ownImage(request, parts, 'modify');
    const tag = request.params['tag'] ?? '';
    assertStorable(tag);
    await retag(parts, image.id, (tags) => [...new Set([...tags, tag])]);
    return undefined;
  },
  removeImageTag: async (request, parts) => {
    const image = await ownImage(request, parts, 'modify');
    const tag = request.params['tag'] ?? '';
    await retag(parts, image.id, (tags) => {
      if (!tags.includes(tag)) throw imageFaults.tagNotFound({ id: image.id, tag });
      return tags.filter((other) => other !== tag);
    });
    return undefined;
  },
};

/**
 * Changes an image's tags in one transaction, so that two changes at once do not undo each other.
 */
async function retag(
  parts: Parts,
  id: string,
  change: (tags: readonly string[]) => readonly string[],
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const image = await findImage(tx, id);
    if (!image) throw imageFaults.notFound({ id });
    const tags = change(image.tags);
    assertFew('tags', tags.length);
    await updateImage(tx, id, { tags });
  });
}

async function move(parts: Parts, image: ImageRow, to: string): Promise<void> {
  const from = ['active', 'deactivated'];
  if (await transition(parts.database, 'images', image.id, { from, to })) return;
  throw imageFaults.transitionRefused({ from: image.status, to });
}
