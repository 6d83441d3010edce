// Snapshots for all tools. Invariant: a snapshot is taken with its marker in the same call; a
// volume that is busy is waited for, not refused.
import { describeResource } from '../../schema/kernel/describe';
import { snapshot } from '../../schema/resources/snapshot';
import { snapshotRoutes } from '../../schema/wire/snapshots';
import type { Adapter, Observed, Scope, Values } from './adapter';
import { firstUnclaimed } from './adapter';
import {
  atRest,
  isBeingRemoved,
  refuseFailed,
  restBeforeRemoval,
  waitOn,
  whenAtRest,
} from './settle';
import { mapAspect, renameAspect } from './shared-aspects';
import {
  listSnapshots,
  observeSnapshot,
  snapshotAsObserved,
  snapshotSubject,
} from './snapshot-view';
import { volumeSubject } from './volume-view';
import { mapOf, markerKey, orNull, present, stringOf } from './wire-values';

/** Snapshots for all tools. */
export const snapshotAdapter: Adapter = {
  model: describeResource(snapshot),
  determining: [],
  unique: [],
  observe: observeSnapshot,
  find: async (scope, marker, inputs) => {
    const views = await snapshotsWith(scope, marker, inputs);
    return views.map(snapshotAsObserved);
  },
  create: async (scope, inputs, marker) => {
    const body = { snapshot: wireSnapshot(inputs, marker) };
    const sources = [volumeSubject(String(inputs['volumeId']))];
    const reply = await whenAtRest(scope, sources, () =>
      scope.connection.call(snapshotRoutes.createSnapshot, {
        body,
        signal: scope.signal,
        findExisting: async () => {
          const found = firstUnclaimed(scope, await snapshotsWith(scope, marker, inputs));
          return found ? { snapshot: found } : null;
        },
      }),
    );
    return reply.body.snapshot.id;
  },
  settle: async (scope, observed) => {
    const subject = snapshotSubject(observed.id, observed.inputs['name']);
    const rested = await atRest(scope, subject, observed);
    if (rested) await refuseFailed(scope, subject, rested);
    return rested;
  },
  unmark: async ({ connection, signal }, observed) => {
    const request = { params: { id: observed.id, key: markerKey }, signal };
    await orNull(() => connection.call(snapshotRoutes.removeSnapshotMetadataKey, request));
  },
  aspects: [
    renameAspect(snapshotRoutes.updateSnapshot, 'snapshot'),
    mapAspect('metadata', {
      add: snapshotRoutes.addSnapshotMetadata,
      remove: snapshotRoutes.removeSnapshotMetadataKey,
      wrapper: 'metadata',
    }),
  ],
  remove: removeSnapshot,
  list: listSnapshots,
  quotaUse: () => ({ snapshots: 1 }),
};

async function snapshotsWith(scope: Scope, marker: string, inputs: Values) {
  const query = { volume_id: stringOf(inputs['volumeId']) };
  const found = [];
  const request = { query, signal: scope.signal };
  for await (const page of scope.connection.pages(snapshotRoutes.listSnapshotsDetail, request)) {
    found.push(...page.snapshots.filter((view) => view.metadata[markerKey] === marker));
  }
  return found;
}

function wireSnapshot(inputs: Values, marker: string) {
  return present({
    volume_id: stringOf(inputs['volumeId']),
    name: stringOf(inputs['name']),
    description: stringOf(inputs['description']),
    // From 3.66 on, `false` is refused; where it is not wanted it is not said.
    force: inputs['force'] === true ? true : undefined,
    metadata: { ...mapOf(inputs['metadata']), [markerKey]: marker },
  });
}

async function removeSnapshot(scope: Scope, seen: Observed): Promise<void> {
  const subject = snapshotSubject(seen.id, seen.inputs['name']);
  const observed = await restBeforeRemoval(scope, subject, seen);
  if (!observed) return;
  if (observed.status === 'error_deleting') await refuseFailed(scope, subject, observed);
  if (observed.status !== 'deleting') {
    const request = { params: { id: observed.id }, signal: scope.signal };
    try {
      await orNull(() => scope.connection.call(snapshotRoutes.deleteSnapshot, request));
    } catch (error) {
      if (!(await isBeingRemoved(scope, subject))) throw error;
    }
  }
  await waitOn(scope, subject, { operation: 'delete', origin: observed.status });
}
