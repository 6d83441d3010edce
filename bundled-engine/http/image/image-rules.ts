// What a caller may make of an image's attributes. Invariant: only an administrator makes an image
// public or another's, and the format of bytes that are there never changes.
import { imageFields, readOnlyImageKeys } from '../../../schema/wire/images';
import type { ImageRow } from '../../records/rows/image-row';
import type { Caller } from '../caller';
import { imageFaults } from './image-faults';

/** Most properties, and most tags, that an image may have (glance image_property_quota). */
const most = 128;

const reservedKeys: readonly string[] = ['id', 'location', 'deleted', 'deleted_at'];
const coreKeys: readonly string[] = Object.keys(imageFields.shape);

/** Refuses more properties or tags than an image may have. Fails with 413. */
export function assertFew(what: 'properties' | 'tags', asked: number): void {
  if (asked > most) throw imageFaults.tooMany({ what, limit: most, asked });
}

/** Refuses a key that no client may set. Fails with 403. */
export function assertSettable(key: string): void {
  if (readOnlyImageKeys.some((readOnly) => readOnly === key)) throw imageFaults.readOnly({ key });
  if (reservedKeys.includes(key) || key.startsWith('os_glance')) {
    throw imageFaults.reserved({ key });
  }
}

/**
 * Refuses a property (or, without a value, a tag) that no client could send back. Fails with 400.
 */
export function assertStorable(key: string, value = ''): void {
  if (key.length > 255) {
    throw imageFaults.invalid({ reason: `'${key.slice(0, 40)}…' is too long` });
  }
  if (key.includes('\0') || value.includes('\0')) {
    throw imageFaults.invalid({ reason: 'a NUL character is not allowed' });
  }
}

/** The properties among the keys of a new image, the core attributes left out. */
export function propertiesIn(given: Readonly<Record<string, unknown>>): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const [key, value] of Object.entries(given)) {
    if (coreKeys.includes(key) || value === undefined || value === null) continue;
    if (key === 'locations') {
      const reason = 'A new image takes no locations: add one with PATCH while it is queued.';
      throw imageFaults.locationRefused({ reason });
    }
    assertSettable(key);
    assertStorable(key, String(value));
    properties[key] = String(value);
  }
  assertFew('properties', Object.keys(properties).length);
  return properties;
}

/** Refuses a visibility that the caller may not give. Fails with 403. */
export function assertVisibility(visibility: string | undefined, caller: Caller): void {
  if (visibility === 'public' && !caller.isAdmin) throw imageFaults.publicRefused({});
}

/** Refuses what the caller may not change, or what cannot change any more. Fails with 403. */
export function assertChangeAllowed(
  image: ImageRow,
  patch: Partial<ImageRow>,
  caller: Caller,
): void {
  if (patch.visibility !== image.visibility) assertVisibility(patch.visibility, caller);
  const owner = patch.projectId;
  if (owner !== undefined && owner !== image.projectId && !caller.isAdmin) {
    throw imageFaults.forbidden({ reason: 'Only an administrator may give an image away.' });
  }
  if (owner === null) {
    throw imageFaults.invalid({ reason: "None is not of type 'string'" });
  }
  const formats = ['diskFormat', 'containerFormat'] as const;
  const changed = formats.some((key) => patch[key] !== undefined && patch[key] !== image[key]);
  if (changed && image.status !== 'queued') {
    const reason = 'Attributes container_format and disk_format cannot change once there is data.';
    throw imageFaults.forbidden({ reason });
  }
}
