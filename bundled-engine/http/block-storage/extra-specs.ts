// Handlers of a type's extra specs. Invariant: the specs of a type that volumes have do not change,
// for its volumes were made by them (cinder/api/contrib/types_extra_specs.py). Other than Cinder,
// which keeps a null as such, a spec without a value is kept as an empty text: specs are text pairs
// wherever pools are chosen by them.
import { requestFaults, typeFaults } from '../../../schema/faults';
import { typeUseFaults } from '../../../schema/type-faults';
import type { extraSpecRoutes } from '../../../schema/wire/volume-types';
import type { Parts } from '../../parts';
import type { TextMap } from '../../records/rows/table-shape';
import { updateVolumeType, volumesOfType } from '../../records/volume-types';
import { Answer } from '../route-request';
import type { HandlersOf, RouteRequest } from '../route-request';
import { param } from './asker-of';
import { seenType } from './seen-type';
import { visibleSpecs } from './type-view';

/** Specs as they are recorded. */
export function recordedSpecs(specs: Readonly<Record<string, string | null>>): TextMap {
  return Object.fromEntries(Object.entries(specs).map(([key, value]) => [key, value ?? '']));
}

/** What several servers write to at once must not be cached by each of them. */
function assertNoCacheOfShared(specs: TextMap): void {
  const yes = '<is> True';
  if (specs['cacheable'] !== yes || specs['multiattach'] !== yes) return;
  throw typeUseFaults.cacheableAndMultiattach({});
}

async function changeSpecs(
  request: RouteRequest,
  parts: Parts,
  change: (specs: TextMap, id: string) => TextMap,
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const { id, extraSpecs } = await seenType(tx, request);
    if ((await volumesOfType(tx, id)) > 0) throw typeUseFaults.extraSpecsInUse({});
    await updateVolumeType(tx, id, { extraSpecs: change(extraSpecs, id) });
  });
}

async function addSpecs(
  request: RouteRequest,
  parts: Parts,
  added: Readonly<Record<string, string | null>>,
): Promise<void> {
  await changeSpecs(request, parts, (specs) => {
    const whole = { ...specs, ...recordedSpecs(added) };
    assertNoCacheOfShared(whole);
    return whole;
  });
}

/** Handlers of extra specs. */
export const extraSpecHandlers: HandlersOf<typeof extraSpecRoutes> = {
  async listExtraSpecs(request, parts) {
    return { extra_specs: visibleSpecs(request, await seenType(parts.database, request)) };
  },

  async addExtraSpecs(request, parts) {
    const added = request.body.extra_specs;
    await addSpecs(request, parts, added);
    return { extra_specs: added };
  },

  async showExtraSpec(request, parts) {
    const type = await seenType(parts.database, request);
    const key = param(request, 'key');
    const specs = visibleSpecs(request, type);
    if (!Object.hasOwn(specs, key)) throw typeFaults.extraSpecNotFound({ id: type.id, key });
    return { [key]: specs[key] };
  },

  async setExtraSpec(request, parts) {
    const key = param(request, 'key');
    const value = Object.hasOwn(request.body, key) ? request.body[key] : undefined;
    if (value === undefined) {
      throw requestFaults.badInput({ message: 'Request body and URI mismatch' });
    }
    await addSpecs(request, parts, { [key]: value });
    return { [key]: value };
  },

  async removeExtraSpec(request, parts) {
    const key = param(request, 'key');
    await changeSpecs(request, parts, (specs, id) => {
      if (!Object.hasOwn(specs, key)) throw typeFaults.extraSpecNotFound({ id, key });
      return Object.fromEntries(Object.entries(specs).filter(([name]) => name !== key));
    });
    return new Answer({ status: 202 });
  },
};
