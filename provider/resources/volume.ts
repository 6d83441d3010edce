// Volumes for all tools. Invariant: a volume is asked for with its marker in the same call, so that
// one whose maker was interrupted is found again instead of being made twice.
import { describeResource } from '../../schema/kernel/describe';
import { volume } from '../../schema/resources/volume';
import { imageRoutes } from '../../schema/wire/images';
import { volumeRoutes } from '../../schema/wire/volumes';
import type { Adapter, Scope, Values } from './adapter';
import { firstUnclaimed } from './adapter';
import { imageSubject } from './image-view';
import type { Subject } from './settle';
import { atRest, refuseFailed, whenAtRest } from './settle';
import { snapshotSubject } from './snapshot-view';
import { volumeAspects } from './volume-changes';
import { removeVolume } from './volume-removal';
import type { ObservedVolume } from './volume-view';
import { listVolumes, observeVolume, volumeAsObserved, volumeSubject } from './volume-view';
import { mapOf, markerKey, numberOf, orNull, present, stringOf } from './wire-values';

const bytesInGib = 1024 ** 3;

/** Volumes for all tools. */
export const volumeAdapter: Adapter = {
  model: describeResource(volume),
  determining: ['volumeType'],
  unique: [],
  observe: observeVolume,
  find: findVolumes,
  create: async (scope, inputs, marker) => {
    const sizeGib = numberOf(inputs['sizeGib']) ?? (await sizeForImage(scope, inputs));
    const body = { volume: wireVolume(inputs, { marker, sizeGib }) };
    const reply = await whenAtRest(scope, sourcesOf(inputs), () =>
      scope.connection.call(volumeRoutes.createVolume, {
        body,
        ...(inputs['backupId'] === undefined ? {} : { microversion: '3.47' }),
        signal: scope.signal,
        findExisting: async () => {
          const found = firstUnclaimed(scope, await volumesWith(scope, marker));
          return found ? { volume: found } : null;
        },
      }),
    );
    return reply.body.volume.id;
  },
  settle: async (scope, observed) => {
    const subject = volumeSubject(observed.id, observed.inputs['name']);
    const rested = await atRest(scope, subject, asVolume(observed));
    if (rested) await refuseFailed(scope, subject, rested);
    return rested;
  },
  unmark: async ({ connection, signal }, observed) => {
    const request = { params: { id: observed.id, key: markerKey }, signal };
    await orNull(() => connection.call(volumeRoutes.removeVolumeMetadataKey, request));
  },
  aspects: volumeAspects,
  remove: (scope, observed, inputs) => removeVolume(scope, asVolume(observed), inputs),
  list: listVolumes,
  quotaUse: (inputs) => ({ volumes: 1, gigabytes: numberOf(inputs['sizeGib']) ?? 0 }),
};

async function findVolumes(scope: Scope, marker: string): Promise<ObservedVolume[]> {
  const views = await volumesWith(scope, marker);
  return views.map((view) => volumeAsObserved(view));
}

async function volumesWith(scope: Scope, marker: string) {
  const query = { metadata: JSON.stringify({ [markerKey]: marker }) };
  const found = [];
  const request = { query, signal: scope.signal };
  for await (const page of scope.connection.pages(volumeRoutes.listVolumesDetail, request)) {
    // A service may not know the filter, so its answer is not trusted.
    found.push(...page.volumes.filter((view) => view.metadata[markerKey] === marker));
  }
  return found;
}

function wireVolume(inputs: Values, made: { marker: string; sizeGib: number | undefined }) {
  return present({
    name: stringOf(inputs['name']),
    description: stringOf(inputs['description']),
    size: made.sizeGib,
    volume_type: stringOf(inputs['volumeType']),
    availability_zone: stringOf(inputs['availabilityZone']),
    metadata: { ...mapOf(inputs['metadata']), [markerKey]: made.marker },
    imageRef: stringOf(inputs['imageId']),
    snapshot_id: stringOf(inputs['snapshotId']),
    source_volid: stringOf(inputs['sourceVolumeId']),
    backup_id: stringOf(inputs['backupId']),
  });
}

/** The size that an image needs: the service wants one to be named. */
async function sizeForImage(scope: Scope, inputs: Values): Promise<number | undefined> {
  const imageId = stringOf(inputs['imageId']);
  if (imageId === undefined) return undefined;
  const request = { params: { id: imageId }, signal: scope.signal };
  const image = (await scope.connection.call(imageRoutes.showImage, request)).body;
  const bytes = Math.max(image.virtual_size ?? 0, image.size ?? 0);
  return Math.max(1, image.min_disk, Math.ceil(bytes / bytesInGib));
}

function sourcesOf(inputs: Values): Subject[] {
  const imageId = stringOf(inputs['imageId']);
  const snapshotId = stringOf(inputs['snapshotId']);
  const volumeId = stringOf(inputs['sourceVolumeId']);
  return [
    ...(imageId === undefined ? [] : [imageSubject(imageId)]),
    ...(snapshotId === undefined ? [] : [snapshotSubject(snapshotId)]),
    ...(volumeId === undefined ? [] : [volumeSubject(volumeId)]),
  ];
}

/** This adapter's things are all made by volumeAsObserved. */
function asVolume(observed: unknown): ObservedVolume {
  return observed as ObservedVolume;
}
