// Applies a PATCH document to an image: core attributes, properties, tags and locations. Invariant:
// it is pure, and either all changes of a document apply or none does.
import type { z } from 'zod';
import { imageFields } from '../../../schema/wire/images';
import type { imageChangeShape } from '../../../schema/wire/images';
import type { ImageRow } from '../../records/rows/image-row';
import { pythonText } from '../python-text';
import { refusalOf } from '../refuse-body';
import { imageFaults } from './image-faults';
import { assertFew, assertSettable, assertStorable } from './image-rules';

/** One change as parsed. */
export type ImageChange = z.output<typeof imageChangeShape>;

/**
 * What a document asks for. Locations are told apart because adding one is an operation of its
 * own.
 */
export interface ImageChanges {
  readonly patch: Partial<ImageRow>;
  /** Locations asked to be set or added, unchecked; undefined where none are. */
  readonly locations: unknown;
}

/** Core attributes with the column each is kept in. */
const columns = {
  name: 'name',
  visibility: 'visibility',
  protected: 'isProtected',
  os_hidden: 'isHidden',
  owner: 'projectId',
  container_format: 'containerFormat',
  disk_format: 'diskFormat',
  min_disk: 'minDiskGib',
  min_ram: 'minRamMib',
} as const satisfies Record<string, keyof ImageRow>;

type CoreKey = keyof typeof columns;

interface Draft {
  readonly core: Partial<Record<keyof ImageRow, unknown>>;
  readonly properties: Map<string, string>;
  tags: readonly string[];
  locations: unknown;
}

/** What `changes` make of `image`. Fails with Glance's 400, 403, 409 or 413. */
export function changeImage(image: ImageRow, changes: readonly ImageChange[]): ImageChanges {
  const draft: Draft = {
    core: {},
    properties: new Map(Object.entries(image.properties)),
    tags: image.tags,
    locations: undefined,
  };
  for (const change of changes) applyOne(draft, change);
  assertFew('properties', draft.properties.size);
  // The columns' values were checked by the shapes of their keys.
  const core = draft.core as Partial<ImageRow>;
  const properties = Object.fromEntries(draft.properties);
  return { patch: { ...core, properties, tags: draft.tags }, locations: draft.locations };
}

function applyOne(draft: Draft, change: ImageChange): void {
  const [key = '', rest] = change.path.slice(1).split('/').map(unescapePointer);
  if (key === 'locations') {
    if (change.op === 'remove') throw imageFaults.notRemovable({ key });
    draft.locations = rest === undefined ? change.value : [change.value];
    return;
  }
  if (rest !== undefined) {
    throw imageFaults.invalid({ reason: `${pythonText(change.path)} names nothing` });
  }
  assertSettable(key);
  if (key === 'tags') changeTags(draft, change);
  else if (Object.hasOwn(columns, key)) changeCore(draft, change, key as CoreKey);
  else changeProperty(draft, change, key);
}

function changeTags(draft: Draft, change: ImageChange): void {
  if (change.op === 'remove') {
    draft.tags = [];
    return;
  }
  const { tags = [] } = parsed({ tags: change.value });
  draft.tags = [...new Set(tags)];
}

function changeCore(draft: Draft, change: ImageChange, key: CoreKey): void {
  if (change.op === 'remove') throw imageFaults.notRemovable({ key });
  const value = parsed({ [key]: change.value })[key];
  draft.core[columns[key]] = value ?? null;
}

function changeProperty(draft: Draft, change: ImageChange, key: string): void {
  if (change.op !== 'add' && !draft.properties.has(key)) {
    throw imageFaults.propertyMissing({ key });
  }
  if (change.op === 'remove') {
    draft.properties.delete(key);
    return;
  }
  if (typeof change.value !== 'string') {
    throw imageFaults.invalid({
      reason: `${pythonText(change.value)} is not of type 'string'`,
    });
  }
  assertStorable(key, change.value);
  draft.properties.set(key, change.value);
}

function parsed(values: Record<string, unknown>): z.output<typeof imageFields> {
  const result = imageFields.safeParse(values);
  if (result.success) return result.data;
  throw imageFaults.invalid({ reason: refusalOf(result.error.issues, values) });
}

/** RFC 6901: ~1 is a slash and ~0 a tilde. */
function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
