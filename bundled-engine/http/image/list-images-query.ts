// Reads what a list of images asks for: filters, operators, sorting, pages. Invariant: a parameter
// that is no core attribute filters by the property of that name (glance/api/v2/images.py).
import { memberStatuses } from '../../../schema/wire/image-members';
import { visibilities } from '../../../schema/wire/images';
import { momentOf } from '../../records/moment';
import type { ImageQuery } from '../../records/images';
import type { Compare, Comparison, Direction, SortKey } from '../../records/list-query';
import type { ImageRow } from '../../records/rows/image-row';
import type { Caller } from '../caller';
import type { Query } from '../serve-route';
import { viewerOf } from './find-image';
import { imageFaults } from './image-faults';

/** Images of a page where the client names no number, and the most that it may ask for. */
export const pageSizes = { usual: 25, most: 1000 } as const;

const columns = {
  id: 'id',
  name: 'name',
  status: 'status',
  disk_format: 'diskFormat',
  container_format: 'containerFormat',
  checksum: 'checksum',
  os_hash_algo: 'hashAlgorithm',
  os_hash_value: 'hashValue',
  owner: 'projectId',
  visibility: 'visibility',
  protected: 'isProtected',
  os_hidden: 'isHidden',
  size: 'sizeBytes',
  min_disk: 'minDiskGib',
  min_ram: 'minRamMib',
  created_at: 'createdAt',
  updated_at: 'updatedAt',
} as const satisfies Record<string, keyof ImageRow>;

type Column = keyof typeof columns;

const listable: readonly string[] = ['id', 'name', 'status', 'disk_format', 'container_format'];
const booleans: readonly string[] = ['protected', 'os_hidden'];
const numbers: readonly string[] = ['size', 'min_disk', 'min_ram'];
const times: readonly string[] = ['created_at', 'updated_at'];
const sortable: readonly string[] = [
  ...listable,
  'size',
  'created_at',
  'updated_at',
  'min_disk',
  'min_ram',
];
const paging: readonly string[] = ['limit', 'marker', 'sort', 'sort_key', 'sort_dir'];
const comparisons: readonly string[] = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'];

interface Draft {
  filters: Record<string, unknown>;
  readonly compare: Compare<ImageRow>[];
  readonly properties: Map<string, string>;
  tags: readonly string[];
  memberStatus: NonNullable<ImageQuery['memberStatus']>;
}

/** The query for the records, for a caller. Fails with 400 for what cannot be understood. */
export function listQuery(query: Query, caller: Caller): ImageQuery & { limit: number } {
  const draft: Draft = {
    filters: { isHidden: false },
    compare: [],
    properties: new Map(),
    tags: [],
    memberStatus: 'accepted',
  };
  for (const [key, value] of Object.entries(query)) {
    if (!paging.includes(key)) addFilter(draft, key, [value].flat(), caller);
  }
  const marker = one(query['marker']);
  return {
    projectId: null,
    viewerProjectId: viewerOf(caller),
    filters: draft.filters,
    compare: draft.compare,
    pairs: { properties: Object.fromEntries(draft.properties) },
    tags: draft.tags,
    memberStatus: draft.memberStatus,
    sort: sortOf(query),
    limit: limitOf(query),
    ...(marker === undefined ? {} : { markerId: marker }),
  };
}

function addFilter(draft: Draft, key: string, values: readonly string[], caller: Caller): void {
  const value = values[values.length - 1] ?? '';
  if (key === 'tag') draft.tags = values;
  else if (key === 'visibility') addVisibility(draft, value, caller);
  else if (key === 'member_status') draft.memberStatus = memberStatusOf(value);
  else if (key === 'size_min' || key === 'size_max') {
    const how = key === 'size_min' ? 'gte' : 'lte';
    draft.compare.push({ key: 'sizeBytes', how, value: numberOf(key, value) });
  } else if (Object.hasOwn(columns, key)) addColumn(draft, key as Column, value);
  else draft.properties.set(key, value);
}

function addVisibility(draft: Draft, value: string, caller: Caller): void {
  assertKnown('visibility', value, [...visibilities, 'all']);
  if (value === 'all') return;
  draft.filters['visibility'] = value;
  // Nobody but an administrator sees the private images of others.
  if (value === 'private' && !caller.isAdmin) {
    draft.filters['projectId'] = caller.projectId;
  }
}

function memberStatusOf(value: string): NonNullable<ImageQuery['memberStatus']> {
  const status = [...memberStatuses, 'all' as const].find((each) => each === value);
  if (status !== undefined) return status;
  const reason = `Invalid status: ${value}. It must be one of ${memberStatuses.join(', ')}, all.`;
  throw imageFaults.queryInvalid({ reason });
}

function addColumn(draft: Draft, key: Column, value: string): void {
  const column = columns[key];
  if (times.includes(key)) addTime(draft, key, value);
  else if (booleans.includes(key)) {
    assertKnown(key, value.toLowerCase(), ['true', 'false']);
    draft.filters[column] = value.toLowerCase() === 'true';
  } else if (numbers.includes(key)) draft.filters[column] = numberOf(key, value);
  else if (listable.includes(key) && value.startsWith('in:')) {
    draft.filters[column] = value.slice('in:'.length).split(',').map(unquoted);
  } else draft.filters[column] = value;
}

function addTime(draft: Draft, key: Column, value: string): void {
  const [, word, text = value] = /^(gt|gte|lt|lte|eq|neq):(.+)$/.exec(value) ?? [];
  const isZoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text);
  const date = new Date(isZoned || !text.includes('T') ? text : `${text}Z`);
  if (Number.isNaN(date.getTime())) {
    throw imageFaults.queryInvalid({ reason: `${key} must be an ISO 8601 time, not ${value}` });
  }
  const how = comparisons.includes(word ?? '') ? (word as Comparison) : 'eq';
  const second = momentOf(date);
  const column = columns[key];
  // Shown times have no fraction, so all of a second is equal to what was shown of it.
  const next = momentOf(new Date(date.getTime() + 1000));
  const add = (comparison: Comparison, at: string): number =>
    draft.compare.push({ key: column, how: comparison, value: at });
  if (how === 'gt') add('gte', next);
  else if (how === 'lte') add('lt', next);
  else if (how === 'gte' || how === 'lt') add(how, second);
  else if (how === 'eq') {
    add('gte', second);
    add('lt', next);
  } else add('neq', second);
}

function sortOf(query: Query): SortKey<ImageRow>[] {
  const pairs = [query['sort'] ?? []]
    .flat()
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '')
    .map((text) => text.split(':') as [string, string?]);
  const keys = [query['sort_key'] ?? []].flat();
  if (pairs.length > 0 && keys.length > 0) {
    throw imageFaults.queryInvalid({ reason: 'sort and sort_key cannot be given together' });
  }
  const directions = [query['sort_dir'] ?? []].flat();
  const asked = pairs.length > 0 ? pairs : keys.map((key, at) => [key, directions[at]] as const);
  const fallback = directions[0];
  if (asked.length === 0) return [{ key: 'createdAt', direction: directionOf(fallback) }];
  return asked.map(([key, direction]) => {
    assertKnown('sort key', key, sortable);
    return { key: columns[key as Column], direction: directionOf(direction ?? fallback) };
  });
}

function directionOf(text: string | undefined): Direction {
  const direction = text ?? 'desc';
  assertKnown('sort direction', direction, ['asc', 'desc']);
  return direction === 'asc' ? 'asc' : 'desc';
}

function limitOf(query: Query): number {
  const text = one(query['limit']);
  return text === undefined ? pageSizes.usual : Math.min(numberOf('limit', text), pageSizes.most);
}

function numberOf(key: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw imageFaults.queryInvalid({ reason: `${key} must be a whole number, not ${text}` });
}

function assertKnown(what: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const reason = `Invalid ${what}: ${value}. It must be one of ${known.join(', ')}.`;
  throw imageFaults.queryInvalid({ reason });
}

function unquoted(text: string): string {
  return /^".*"$/.test(text) ? text.slice(1, -1) : text;
}

function one(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[value.length - 1] : value;
}
