// How a volume is seen: the service's JSON as inputs and outputs. Invariant: a value that the
// service does not tell (the backup that a volume came from) stays undefined and is never taken for
// a change.
import type { z } from 'zod';
import { volumeLifecycle } from '../../schema/lifecycles/volume';
import { typeRoutes } from '../../schema/wire/volume-types';
import { bytesHeader, volumeRoutes, type volumeView } from '../../schema/wire/volumes';
import type { Connection } from '../client/connection';
import type { Observed, Scope, Values } from './adapter';
import { narrowedPages, plainPairs, plainText } from './narrowed-pages';
import type { Subject } from './settle';
import { markerKey, orNull, textOf, timeOf, versionIfSpoken, withoutMarker } from './wire-values';

type View = z.output<typeof volumeView>;

/** A volume with what only volumes have. */
export interface ObservedVolume extends Observed {
  readonly servers: readonly string[];
  readonly updatedAt: string | undefined;
}

const typesOf = new WeakMap<Connection, Map<string, string>>();
const bytesTellers = new WeakMap<Connection, boolean>();

/** Shows a volume; null when there is none with this id. */
export async function observeVolume(scope: Scope, id: string): Promise<ObservedVolume | null> {
  const version = await versionIfSpoken(scope.connection, '3.63', scope.signal);
  const reply = await orNull(() =>
    scope.connection.call(volumeRoutes.showVolume, {
      params: { id },
      ...version,
      signal: scope.signal,
    }),
  );
  if (!reply) return null;
  const view = reply.body.volume;
  const name = textOf(view.volume_type);
  const typeId = view.volume_type_id ?? (name ? await typeIdOf(scope, name) : undefined);
  return volumeAsObserved(view, { typeId, bytes: reply.headers[bytesHeader] });
}

/**
 * All volumes of the project. How they got their bytes is told by showing one, and by our own
 * engine alone: there it is left out here, elsewhere it is unknown for good.
 */
export async function* listVolumes(scope: Scope, hints: Values): AsyncIterable<ObservedVolume> {
  const version = await versionIfSpoken(scope.connection, '3.63', scope.signal);
  const list = {
    route: volumeRoutes.listVolumesDetail,
    hints: {
      name: plainText(hints['name']),
      status: plainText(hints['status']),
      availability_zone: plainText(hints['availabilityZone']),
      metadata: plainPairs(hints['metadata']),
    },
    ...version,
  };
  for await (const page of narrowedPages(scope, list)) {
    for (const view of page.volumes) {
      const name = textOf(view.volume_type);
      const typeId = view.volume_type_id ?? (name ? await typeIdOf(scope, name) : undefined);
      const observed = volumeAsObserved(view, { typeId });
      yield (await tellsBytes(scope, observed)) ? withoutBytes(observed) : observed;
    }
  }
}

/** Whether the service tells how `listed` got its bytes when it is shown by itself. */
async function tellsBytes(scope: Scope, listed: ObservedVolume): Promise<boolean> {
  const known = bytesTellers.get(scope.connection);
  if (known !== undefined) return known;
  // Of a volume that is at work or failed, nobody can tell yet, our engine neither.
  if (!['available', 'in-use'].includes(listed.status)) return true;
  const shown = await observeVolume(scope, listed.id);
  if (shown === null) return true;
  const tells = shown.outputs['bytes'] !== 'unknown';
  bytesTellers.set(scope.connection, tells);
  return tells;
}

function withoutBytes(observed: ObservedVolume): ObservedVolume {
  const { bytes: _unsaid, ...outputs } = observed.outputs;
  return { ...observed, outputs };
}

/** A volume's view as inputs and outputs. */
export function volumeAsObserved(
  view: View,
  known: { typeId?: string | null | undefined; bytes?: string | undefined } = {},
): ObservedVolume {
  const image = view.volume_image_metadata ?? {};
  // A clone inherits these facts; the image is its source only where nothing else is.
  const madeOfImage = view.snapshot_id === null && view.source_volid === null;
  return {
    id: view.id,
    status: view.status,
    marker: view.metadata[markerKey] ?? null,
    restStatus: view.attachments.length > 0 ? 'in-use' : 'available',
    servers: view.attachments.map((attachment) => attachment.server_id ?? attachment.id),
    updatedAt: timeOf(view.updated_at),
    inputs: {
      name: view.name ?? '',
      description: view.description ?? '',
      sizeGib: view.size,
      volumeType: textOf(view.volume_type),
      availabilityZone: textOf(view.availability_zone),
      metadata: withoutMarker(view.metadata),
      imageId: madeOfImage ? textOf(image['image_id']) : undefined,
      snapshotId: textOf(view.snapshot_id),
      sourceVolumeId: textOf(view.source_volid),
      backupId: undefined,
    },
    outputs: {
      status: view.status,
      bootable: view.bootable === 'true',
      encrypted: view.encrypted,
      bytes: bytesOf(known.bytes),
      imageMetadata: image,
      createdAt: timeOf(view.created_at),
    },
    ...(known.typeId ? { spellings: { volumeType: [known.typeId] } } : {}),
  };
}

function bytesOf(header: string | undefined): string {
  return header === 'blank' || header === 'cloned' || header === 'copied' ? header : 'unknown';
}

/** The id of a type by its name, for services too old to tell it with the volume. */
async function typeIdOf(scope: Scope, name: string): Promise<string | undefined> {
  const known = typesOf.get(scope.connection)?.get(name);
  if (known !== undefined) return known;
  const ids = new Map<string, string>();
  for await (const page of scope.connection.pages(typeRoutes.listTypes, { signal: scope.signal })) {
    for (const type of page.volume_types) ids.set(type.name, type.id);
  }
  typesOf.set(scope.connection, ids);
  return ids.get(name);
}

/** The volume with this id as something to wait for. */
export function volumeSubject(id: string, name?: unknown): Subject<ObservedVolume> {
  return {
    lifecycle: volumeLifecycle,
    id,
    name: typeof name === 'string' ? `volume ${name} (${id})` : `volume ${id}`,
    observe: (scope) => observeVolume(scope, id),
  };
}
