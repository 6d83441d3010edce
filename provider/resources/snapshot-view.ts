// How a snapshot is seen: the service's JSON as inputs and outputs. Invariant: nothing is made up
// that the service does not tell.
import type { z } from 'zod';
import { snapshotLifecycle } from '../../schema/lifecycles/snapshot';
import { snapshotRoutes, type snapshotView } from '../../schema/wire/snapshots';
import type { Observed, Scope, Values } from './adapter';
import { narrowedPages, plainId, plainText } from './narrowed-pages';
import type { Subject } from './settle';
import { markerKey, orNull, timeOf, withoutMarker } from './wire-values';

/** Shows a snapshot; null when there is none with this id. */
export async function observeSnapshot(scope: Scope, id: string): Promise<Observed | null> {
  const request = { params: { id }, signal: scope.signal };
  const reply = await orNull(() => scope.connection.call(snapshotRoutes.showSnapshot, request));
  return reply ? snapshotAsObserved(reply.body.snapshot) : null;
}

/** All snapshots of the project. */
export async function* listSnapshots(scope: Scope, hints: Values): AsyncIterable<Observed> {
  const list = {
    route: snapshotRoutes.listSnapshotsDetail,
    hints: {
      name: plainText(hints['name']),
      status: plainText(hints['status']),
      volume_id: plainId(hints['volumeId']),
    },
  };
  for await (const page of narrowedPages(scope, list)) {
    for (const view of page.snapshots) yield snapshotAsObserved(view);
  }
}

/** A snapshot's view as inputs and outputs. */
export function snapshotAsObserved(view: z.output<typeof snapshotView>): Observed {
  return {
    id: view.id,
    status: view.status,
    marker: view.metadata[markerKey] ?? null,
    restStatus: 'available',
    inputs: {
      name: view.name ?? '',
      description: view.description ?? '',
      volumeId: view.volume_id,
      metadata: withoutMarker(view.metadata),
    },
    outputs: {
      status: view.status,
      sizeGib: view.size,
      createdAt: timeOf(view.created_at),
    },
  };
}

/** The snapshot with this id as something to wait for. */
export function snapshotSubject(id: string, name?: unknown): Subject {
  return {
    lifecycle: snapshotLifecycle,
    id,
    name: typeof name === 'string' ? `snapshot ${name} (${id})` : `snapshot ${id}`,
    observe: (scope) => observeSnapshot(scope, id),
  };
}
