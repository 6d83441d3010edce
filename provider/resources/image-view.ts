// How an image is seen: the service's JSON as inputs and outputs. Invariant: keys that the service
// sets by itself are not shown as the user's properties unless the user named them.
import type { z } from 'zod';
import { imageLifecycle } from '../../schema/lifecycles/image';
import { imageReply, imageRoutes } from '../../schema/wire/images';
import type { Observed, Scope, Values } from './adapter';
import { narrowedPages, plainText } from './narrowed-pages';
import type { Subject } from './settle';
import { orNull, textOf, timeOf } from './wire-values';

/** Property that holds an image's marker. */
export const imageMarkerProperty = 'cinderkit_marker';

/**
 * Start of the name that an image made of a volume has until it is reported: it holds the marker.
 */
export const imageMarkerName = 'cinderkit-';

/** An image as the service shows it. */
export type ImageView = z.output<typeof imageReply>;

const coreKeys = new Set([...Object.keys(imageReply.shape), 'stores', imageMarkerProperty]);

/** Shows an image as the service gives it; null when there is none with this id. */
export async function showImage(scope: Scope, id: string): Promise<ImageView | null> {
  const request = { params: { id }, signal: scope.signal };
  const reply = await orNull(() => scope.connection.call(imageRoutes.showImage, request));
  return reply ? reply.body : null;
}

/** Shows an image; null when there is none with this id. */
export async function observeImage(scope: Scope, id: string): Promise<Observed | null> {
  const view = await showImage(scope, id);
  return view ? imageAsObserved(view) : null;
}

/**
 * The images that the service lists for the project: its own, public ones and those shared with it.
 * Community images of others are listed only where `visibility` is asked for.
 */
export async function* listImages(scope: Scope, hints: Values): AsyncIterable<Observed> {
  const list = {
    route: imageRoutes.listImages,
    // A page of Glance's holds 25 unless more are asked for.
    pageSize: 1000,
    hints: {
      name: plainText(hints['name']),
      status: plainText(hints['status']),
      visibility: plainText(hints['visibility']),
      disk_format: plainText(hints['diskFormat']),
      container_format: plainText(hints['containerFormat']),
    },
  };
  for await (const page of narrowedPages(scope, list)) {
    for (const view of page.images) yield imageAsObserved(view);
  }
}

/** An image's view as inputs and outputs. */
export function imageAsObserved(view: ImageView): Observed {
  const algorithm = view.os_hash_algo ?? '';
  return {
    id: view.id,
    status: view.status,
    marker: markerOf(view),
    inputs: {
      name: view.name ?? '',
      contentSha512: algorithm === 'sha512' ? textOf(view.os_hash_value) : undefined,
      diskFormat: textOf(view.disk_format),
      containerFormat: textOf(view.container_format),
      minDiskGib: view.min_disk,
      minRamMib: view.min_ram,
      visibility: view.visibility,
      protected: view.protected,
      tags: [...view.tags].sort(),
      properties: propertiesOf(view),
    },
    outputs: {
      status: view.status,
      sizeBytes: view.size ?? undefined,
      virtualSizeBytes: view.virtual_size ?? undefined,
      checksum: textOf(view.checksum),
      isVolumeBacked: isVolumeBacked(view),
      createdAt: timeOf(view.created_at),
    },
  };
}

/** Whether the service keeps the bytes as a volume; false where it hides where they are. */
export function isVolumeBacked(view: ImageView): boolean {
  const places = [view.direct_url, ...(view.locations ?? []).map((location) => location.url)];
  return places.some((url) => url?.startsWith('cinder://') ?? false);
}

function markerOf(view: ImageView): string | null {
  const property = view[imageMarkerProperty];
  if (typeof property === 'string') return property;
  const isTemporary = view.name?.startsWith(imageMarkerName) ?? false;
  const marker = isTemporary ? (view.name ?? '').slice(imageMarkerName.length) : '';
  return /^[0-9a-f]{32}$/.test(marker) ? marker : null;
}

function propertiesOf(view: ImageView): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [key, value] of Object.entries(view)) {
    if (!coreKeys.has(key) && typeof value === 'string') own[key] = value;
  }
  return own;
}

/** The image with this id as something to wait for. */
export function imageSubject(id: string, name?: unknown): Subject {
  return {
    lifecycle: imageLifecycle,
    id,
    name: typeof name === 'string' ? `image ${name} (${id})` : `image ${id}`,
    observe: (scope) => observeImage(scope, id),
  };
}
