// What can be altered on an image in place, by JSON patch. Invariant: only what differs is sent, so
// repeating a change does nothing; properties of others are never touched.
import { imageRoutes } from '../../schema/wire/images';
import type { Aspect, Change, Scope } from './adapter';
import { imageMarkerName } from './image-view';
import { changedKeys } from './shared-aspects';
import { mapOf } from './wire-values';

/** One step of a JSON patch. */
export interface Patch {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

const wireNames: Readonly<Record<string, string>> = {
  name: 'name',
  minDiskGib: 'min_disk',
  minRamMib: 'min_ram',
  visibility: 'visibility',
  protected: 'protected',
  tags: 'tags',
};

/** Sends a patch; does nothing for an empty one. */
export async function patchImage(
  { connection, signal }: Scope,
  id: string,
  patch: readonly Patch[],
): Promise<void> {
  if (patch.length === 0) return;
  await connection.call(imageRoutes.updateImage, {
    params: { id },
    body: patch,
    signal,
  });
}

/** The one aspect of an image: everything goes in one patch. */
export const imageAspects: readonly Aspect[] = [
  {
    fields: [...Object.keys(wireNames), 'properties'],
    apply: (scope, change) => patchImage(scope, change.observed.id, patchFor(change)),
  },
];

/** The path of a property, escaped as RFC 6901 says. */
export function pathOf(key: string): string {
  return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function patchFor(change: Change): Patch[] {
  const { observed, desired, fields, dropped } = change;
  // A name that holds the marker goes with the marker, when the image is complete.
  const isMarked = String(observed.inputs['name']).startsWith(imageMarkerName);
  const keepsName = isMarked && observed.marker !== null;
  const plain = fields.filter((name) => name in wireNames && !(name === 'name' && keepsName));
  const patch: Patch[] = plain.map((name) => ({
    op: 'replace',
    path: `/${wireNames[name] ?? name}`,
    value: desired[name] ?? (name === 'tags' ? [] : null),
  }));
  if (!fields.includes('properties')) return patch;
  const live = mapOf(observed.inputs['properties']);
  for (const [key, value] of Object.entries(changedKeys('properties', change))) {
    patch.push({ op: key in live ? 'replace' : 'add', path: pathOf(key), value });
  }
  for (const key of dropped['properties'] ?? []) {
    if (key in live) patch.push({ op: 'remove', path: pathOf(key) });
  }
  return patch;
}
