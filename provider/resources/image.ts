// Images for all tools: from a local file or from a volume. Invariant: an image carries its marker
// from its first moment (a property, or its name while a volume becomes one), and an upload that
// was cut off is taken up again with the same image.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { describeResource } from '../../schema/kernel/describe';
import { image } from '../../schema/resources/image';
import { imageRoutes } from '../../schema/wire/images';
import { volumeActionRoutes } from '../../schema/wire/volumes';
import { messagesOf } from '../client/messages';
import type { Adapter, Observed, Scope, Values } from './adapter';
import { firstUnclaimed } from './adapter';
import { imageDefaults } from './image-defaults';
import { imageAspects, patchImage, pathOf } from './image-changes';
import type { ImageView } from './image-view';
import {
  imageAsObserved,
  imageMarkerName,
  imageMarkerProperty,
  imageSubject,
  isVolumeBacked,
  listImages,
  observeImage,
  showImage,
} from './image-view';
import { Refusal } from './refusal';
import { atRest, refuseFailed, restBeforeRemoval, waitOn, whenAtRest } from './settle';
import { volumeSubject } from './volume-view';
import { mapOf, orNull, present, stringOf } from './wire-values';

/**
 * Cinder copies this from the image that the volume came from, and older ones (Zed) then cannot
 * make a volume of the new image: they write the key twice
 * (cinder/volume/flows/manager/create_volume.py).
 */
const inheritedProof = 'signature_verified';

/** Images for all tools. */
export const imageAdapter: Adapter = {
  model: describeResource(image),
  determining: [],
  unique: [],
  usualMinutes: { create: 60 },
  defaults: imageDefaults,
  observe: observeImage,
  find: async (scope, marker, inputs) =>
    (await imagesWith(scope, marker, inputs)).map(imageAsObserved),
  create: (scope, inputs, marker) =>
    inputs['volumeId'] === undefined
      ? registerImage(scope, inputs, marker)
      : uploadVolume(scope, inputs, marker),
  settle: settleImage,
  unmark: async (scope, observed, inputs) => {
    const view = await showImage(scope, observed.id);
    if (!view) return;
    const name = stringOf(inputs['name']) ?? null;
    const isNamed = view.name?.startsWith(imageMarkerName) ?? false;
    await patchImage(scope, observed.id, [
      ...(isNamed ? [{ op: 'replace', path: '/name', value: name } as const] : []),
      ...(imageMarkerProperty in view
        ? [{ op: 'remove', path: pathOf(imageMarkerProperty) } as const]
        : []),
      ...(inheritedProof in view && inputs['volumeId'] !== undefined
        ? [{ op: 'remove', path: pathOf(inheritedProof) } as const]
        : []),
    ]);
  },
  aspects: imageAspects,
  remove: removeImage,
  list: listImages,
};

async function imagesWith(scope: Scope, marker: string, inputs: Values): Promise<ImageView[]> {
  const isMade = inputs['volumeId'] !== undefined;
  const query = isMade ? { name: imageMarkerName + marker } : { [imageMarkerProperty]: marker };
  const found: ImageView[] = [];
  const request = { query, signal: scope.signal };
  for await (const page of scope.connection.pages(imageRoutes.listImages, request)) {
    found.push(...page.images.filter((view) => imageAsObserved(view).marker === marker));
  }
  return found;
}

async function registerImage(scope: Scope, inputs: Values, marker: string): Promise<string> {
  const properties = mapOf(inputs['properties']);
  const body = {
    ...properties,
    ...present({
      name: stringOf(inputs['name']),
      disk_format: stringOf(inputs['diskFormat']) ?? 'raw',
      container_format: stringOf(inputs['containerFormat']) ?? 'bare',
      min_disk: inputs['minDiskGib'],
      min_ram: inputs['minRamMib'],
      visibility: inputs['visibility'],
      protected: inputs['protected'],
      tags: inputs['tags'],
    }),
    [imageMarkerProperty]: marker,
  };
  const reply = await scope.connection.call(imageRoutes.createImage, {
    body,
    signal: scope.signal,
    findExisting: async () =>
      firstUnclaimed(scope, await imagesWith(scope, marker, inputs)) ?? null,
  });
  return reply.body.id;
}

/** The action takes few attributes; the others are set when the image is there. */
async function uploadVolume(scope: Scope, inputs: Values, marker: string): Promise<string> {
  const volumeId = String(inputs['volumeId']);
  const upload = {
    image_name: imageMarkerName + marker,
    disk_format: stringOf(inputs['diskFormat']) ?? 'raw',
    container_format: stringOf(inputs['containerFormat']) ?? 'bare',
  };
  const reply = await whenAtRest(scope, [volumeSubject(volumeId)], () =>
    scope.connection.call(volumeActionRoutes.uploadVolume, {
      params: { id: volumeId },
      body: { 'os-volume_upload_image': upload },
      signal: scope.signal,
      findExisting: async () => {
        const found = firstUnclaimed(scope, await imagesWith(scope, marker, inputs));
        return found ? { 'os-volume_upload_image': uploadFacts(found, volumeId) } : null;
      },
    }),
  );
  return reply.body['os-volume_upload_image'].image_id;
}

/** What the service would have answered to the upload that made `view`. */
function uploadFacts(view: ImageView, volumeId: string) {
  return {
    id: volumeId,
    status: 'uploading',
    size: 0,
    image_id: view.id,
    container_format: view.container_format ?? '',
    disk_format: view.disk_format ?? '',
    image_name: view.name ?? '',
  };
}

async function settleImage(
  scope: Scope,
  observed: Observed,
  inputs: Values,
): Promise<Observed | null> {
  const subject = imageSubject(observed.id, inputs['name'] ?? observed.inputs['name']);
  const filePath = stringOf(inputs['filePath']);
  const volumeId = stringOf(inputs['volumeId']);
  let now: Observed | null = observed;
  if (filePath !== undefined) {
    now = await atRest(scope, subject, observed);
    if (now?.status === 'queued') now = await sendFile(scope, now, filePath);
  } else if (volumeId !== undefined && ['queued', 'saving', 'uploading'].includes(now.status)) {
    now = await volumeBecomesImage(scope, { image: now, volumeId });
  }
  if (!now) return null;
  await refuseFailed(scope, subject, now);
  if (now.status === 'queued') {
    throw new Refusal(
      `Could not fill ${subject.name}: it has no bytes, and nothing is bringing any. ` +
        'Replace it to try again.',
    );
  }
  await refuseCopied(scope, now, inputs);
  return now;
}

async function sendFile(
  scope: Scope,
  observed: Observed,
  filePath: string,
): Promise<Observed | null> {
  const { size } = await stat(filePath);
  await scope.connection.upload(imageRoutes.uploadImage, {
    params: { id: observed.id },
    open: () => createReadStream(filePath),
    sizeBytes: size,
    signal: scope.signal,
  });
  const subject = imageSubject(observed.id, observed.inputs['name']);
  return waitOn(scope, subject, { operation: 'upload', origin: 'queued' });
}

/** The image is ready, or was given up, when the volume is no longer busy with it. */
async function volumeBecomesImage(
  scope: Scope,
  made: { image: Observed; volumeId: string },
): Promise<Observed | null> {
  await atRest(scope, volumeSubject(made.volumeId));
  const subject = imageSubject(made.image.id);
  const now = await observeImage(scope, made.image.id);
  if (now && ['active', 'deactivated'].includes(now.status)) return now;
  if (now) return waitOn(scope, subject, { operation: 'upload', origin: 'queued' });
  // The service removes the image of an upload that failed; the volume's messages tell why.
  const reasons = await messagesOf(scope.connection, made.volumeId, scope.signal);
  throw new Refusal(
    `Could not make ${subject.name} of volume ${made.volumeId}: the service gave it up` +
      `${reasons.length > 0 ? `: ${reasons.join('; ')}` : ' and told no reason'}.`,
  );
}

async function refuseCopied(scope: Scope, observed: Observed, inputs: Values): Promise<void> {
  if (inputs['volumeBacked'] !== 'required' || inputs['volumeId'] === undefined) return;
  const view = await showImage(scope, observed.id);
  if (!view || isVolumeBacked(view)) return;
  throw new Refusal(
    `Image ${observed.id} is not volume-backed, which volumeBacked: "required" asks for: the ` +
      'service copied the bytes, or hides where they are. It makes volume-backed images only of ' +
      'format raw and container bare, of volumes whose driver can clone. Set volumeBacked to ' +
      '"preferred" to accept a copy.',
  );
}

async function removeImage(scope: Scope, seen: Observed): Promise<void> {
  const subject = imageSubject(seen.id, seen.inputs['name']);
  const observed = await restBeforeRemoval(scope, subject, seen);
  if (!observed) return;
  if (observed.inputs['protected'] === true) {
    throw new Refusal(
      `Cannot remove ${subject.name}: it is protected. Set protected to false and run again first.`,
    );
  }
  const request = { params: { id: observed.id }, signal: scope.signal };
  await orNull(() => scope.connection.call(imageRoutes.deleteImage, request));
  await waitOn(scope, subject, { operation: 'delete', origin: observed.status });
}
