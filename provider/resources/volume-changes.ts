// What can be altered on a volume in place: names, metadata, type, size. Invariant: each change is
// asked for from the live state, so repeating it does nothing; keys of others are never touched.
import { isFault } from '../../schema/kernel/fault';
import { volumeActionRoutes, volumeRoutes } from '../../schema/wire/volumes';
import type { Aspect, Change, Scope } from './adapter';
import { Refusal } from './refusal';
import { atRest, waitOn } from './settle';
import { mapAspect, renameAspect } from './shared-aspects';
import { volumeSubject } from './volume-view';
import { numberOf, stringOf } from './wire-values';

const rename = renameAspect(volumeRoutes.updateVolume, 'volume');

const metadata = mapAspect('metadata', {
  add: volumeRoutes.addVolumeMetadata,
  remove: volumeRoutes.removeVolumeMetadataKey,
  wrapper: 'metadata',
});

const retype: Aspect = {
  fields: ['volumeType'],
  apply: async (scope, { observed, desired }) => {
    const wanted = stringOf(desired['volumeType']);
    if (wanted === undefined) return;
    const policy = stringOf(desired['retypePolicy']) ?? 'never';
    await scope.connection.call(volumeActionRoutes.retypeVolume, {
      params: { id: observed.id },
      body: { 'os-retype': { new_type: wanted, migration_policy: policy } },
      signal: scope.signal,
    });
    const subject = volumeSubject(observed.id, observed.inputs['name']);
    const origin = observed.status;
    const isWanted = (volume: typeof observed): boolean =>
      volume.inputs['volumeType'] === wanted ||
      (volume.spellings?.['volumeType'] ?? []).includes(wanted);
    // A failed retype goes back to where it began with the old type, so the status alone proves
    // nothing.
    const awaited = { operation: 'retype', origin, isDone: isWanted, isAccepted: true };
    const after = await waitOn(scope, subject, awaited).catch((error: unknown) => {
      throw policy === 'never' ? withPolicyHint(error) : error;
    });
    if (after && isWanted(after)) return;
    const found = String(after?.inputs['volumeType'] ?? 'none');
    throw new Refusal(
      `Could not move ${subject.name} to type ${wanted}: its type is still ${found}, and the ` +
        'service did not say why. Look at its log.',
    );
  },
};

/** A failed retype, with the setting by which it may succeed. */
function withPolicyHint(error: unknown): unknown {
  if (!isFault(error, 'operationFailed')) return error;
  return new Refusal(
    `${error.message} If the new type is in another pool, set retypePolicy to "on-demand": ` +
      'the bytes are then copied there.',
  );
}

const grow: Aspect = {
  fields: ['sizeGib'],
  apply: async (scope, change) => {
    const { observed, desired } = change;
    const sizeGib = numberOf(desired['sizeGib']);
    const liveGib = numberOf(observed.inputs['sizeGib']);
    if (sizeGib === undefined || liveGib === undefined) return;
    const subject = volumeSubject(observed.id, observed.inputs['name']);
    if (sizeGib < liveGib) {
      throw new Refusal(
        `Cannot shrink ${subject.name} from ${liveGib} GiB to ${sizeGib} GiB: volumes only grow. ` +
          `Set sizeGib to ${liveGib} or more, or replace the volume.`,
      );
    }
    const inUse = observed.status === 'in-use';
    await scope.connection.call(volumeActionRoutes.extendVolume, {
      params: { id: observed.id },
      body: { 'os-extend': { new_size: sizeGib } },
      ...(inUse ? { microversion: '3.42' } : {}),
      signal: scope.signal,
    });
    await waitOn(scope, subject, {
      operation: 'extend',
      origin: observed.status,
      isAccepted: true,
      isDone: (volume) => (numberOf(volume.inputs['sizeGib']) ?? 0) >= sizeGib,
    });
  },
};

/** Before an aspect, the volume is at rest: backups and uploads of it make the service refuse. */
function atRestFirst(aspect: Aspect): Aspect {
  return {
    fields: aspect.fields,
    apply: async (scope: Scope, change: Change) => {
      const subject = volumeSubject(change.observed.id, change.observed.inputs['name']);
      const observed = await atRest(scope, subject);
      await aspect.apply(scope, observed ? { ...change, observed } : change);
    },
  };
}

/** The aspects of a volume, in the order in which they are applied. */
export const volumeAspects: readonly Aspect[] = [
  rename,
  metadata,
  atRestFirst(retype),
  atRestFirst(grow),
];
