// Reads the query of a list call: page, order, filters. Invariant: only columns that a noun offers
// are filtered or sorted by; from 3.31 on a filter that is not offered is refused, before that it
// is passed over (cinder/api/common.py, cinder/api/api_utils.py).
import { requestFaults } from '../../../schema/faults';
import type { Compare, Comparison, ListQuery, SortKey } from '../../records/list-query';
import type { RouteRequest } from '../route-request';
import { booleanWord, queryValue } from './asker-of';
import { parsePairs } from './parse-pairs';

/** How one filter of the API is read. */
export type FilterKind = 'text' | 'integer' | 'boolean' | 'pairs' | 'time' | 'nullable';

/** One filter: the column, how its text is read, who may use it and since when. */
export interface FilterColumn<Row> {
  readonly column: keyof Row & string;
  readonly kind: FilterKind;
  readonly adminOnly?: boolean;
  readonly sinceMinor?: number;
}

/** What a noun's list offers. */
export interface Offers<Row> {
  /** Wire names of filters. */
  readonly filters: Readonly<Record<string, FilterColumn<Row>>>;
  /** From 3.31 on the only filters for those who are no administrators; left out: all of them. */
  readonly configured?: readonly string[];
  /** Wire names of sort keys. */
  readonly sorts: Readonly<Record<string, keyof Row & string>>;
}

/** The most rows that one page holds (osapi_max_limit). */
export const largestPage = 1000;

const paging = new Set<string>(['limit', 'marker', 'offset', 'sort', 'sort_key', 'sort_dir']);
const others = new Set<string>([
  'all_tenants',
  'with_count',
  'detail',
  'project_id',
  'tenant_id',
  'usage',
]);

type Draft<Row> = {
  filters: Record<string, unknown>;
  contains: Record<string, string>;
  pairs: Record<string, Record<string, string>>;
  compare: Compare<Row>[];
};

/** The list query that a request means. Fails with 400 for what cannot be read. */
export function listQueryOf<Row>(request: RouteRequest, offers: Offers<Row>): ListQuery<Row> {
  const draft: Draft<Row> = { filters: {}, contains: {}, pairs: {}, compare: [] };
  const unknown: string[] = [];
  for (const name of filtersIn(request)) {
    const value = queryValue(request, name) ?? '';
    if (!addFilter(draft, { request, offers, name, value })) unknown.push(name);
  }
  if (request.minor >= 31 && !request.caller.isAdmin) {
    const isConfigured = (name: string): boolean =>
      offers.configured?.includes(plainName(name)) ?? true;
    refuseFilters(
      filtersIn(request).filter((name) => unknown.includes(name) || !isConfigured(name)),
    );
  }
  const marker = queryValue(request, 'marker');
  const sort = sortOf(request, offers);
  return {
    projectId: projectOf(request),
    // The edge where names that offers vouched for become keys of the row.
    filters: draft.filters as NonNullable<ListQuery<Row>['filters']>,
    contains: draft.contains as NonNullable<ListQuery<Row>['contains']>,
    pairs: draft.pairs as NonNullable<ListQuery<Row>['pairs']>,
    compare: draft.compare,
    limit: pageSize(request),
    offset: wholeNumber(request, 'offset') ?? 0,
    ...(sort.length > 0 ? { sort } : {}),
    ...(marker === undefined ? {} : { markerId: marker }),
  };
}

/** The name of a filter without the ~ that asks for parts of text. */
function plainName(name: string): string {
  return name.endsWith('~') ? name.slice(0, -1) : name;
}

function filtersIn(request: RouteRequest): string[] {
  return Object.keys(request.query).filter((name) => !paging.has(name) && !others.has(name));
}

/** Refuses filters that are not among those offered. Fails with 400, naming them. */
export function assertOffered(names: readonly string[], offered: readonly string[]): void {
  refuseFilters(names.filter((name) => !offered.includes(name)));
}

function refuseFilters(unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  const message = `Invalid filters ${unknown.join(',')} are found in query options.`;
  throw requestFaults.badInput({ message });
}

/** Whose things: the caller's project; for administrators all or the one that they name. */
export function projectOf(request: RouteRequest): string | null {
  const { caller } = request;
  const all = queryValue(request, 'all_tenants');
  const isAll = all === undefined ? false : booleanWord(all);
  if (isAll === null) {
    throw requestFaults.badInput({ message: `all_tenants must be a boolean, got '${all}'.` });
  }
  if (!caller.isAdmin || !isAll) return caller.projectId;
  return queryValue(request, 'project_id') ?? queryValue(request, 'tenant_id') ?? null;
}

/** The most rows that the page of a list may have, as far as the request asks for less. */
export function pageSize(request: RouteRequest): number {
  return Math.min(wholeNumber(request, 'limit') ?? largestPage, largestPage);
}

/** A query value that counts; null where it is not there. Fails with 400 for anything else. */
export function wholeNumber(request: RouteRequest, name: string): number | null {
  const text = queryValue(request, name);
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const reason = /^-\d+$/.test(text) ? `${name} must be >= 0` : `${name} must be an integer`;
  throw requestFaults.invalidInput({ reason });
}

/** What a query says of the order, in the old words or the new. Fails with 400 for both at once. */
export function sortWords(request: RouteRequest): {
  readonly sort: string | undefined;
  readonly key: string | undefined;
  readonly direction: string | undefined;
} {
  const sort = queryValue(request, 'sort');
  const key = queryValue(request, 'sort_key');
  const direction = queryValue(request, 'sort_dir');
  if (sort !== undefined && (key !== undefined || direction !== undefined)) {
    throw requestFaults.badInput({
      message:
        "The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with the " +
        "'sort' parameter.",
    });
  }
  return { sort, key, direction };
}

function sortOf<Row>(request: RouteRequest, offers: Offers<Row>): SortKey<Row>[] {
  const { sort, key, direction } = sortWords(request);
  const legacy =
    key === undefined && direction === undefined
      ? ''
      : `${key ?? 'created_at'}:${direction ?? 'desc'}`;
  const asked = sort ?? legacy;
  return asked
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => sortKey(each, offers));
}

function sortKey<Row>(asked: string, offers: Offers<Row>): SortKey<Row> {
  const [name = '', direction = 'desc'] = asked.split(':').map((part) => part.trim());
  const column = Object.hasOwn(offers.sorts, name) ? offers.sorts[name] : undefined;
  if (column === undefined) {
    throw requestFaults.invalidInput({ reason: `Sort key supplied is invalid: ${name}` });
  }
  if (direction !== 'asc' && direction !== 'desc') {
    throw requestFaults.invalidInput({
      reason: `Unknown sort direction, must be 'desc' or 'asc': ${direction}`,
    });
  }
  return { key: column, direction };
}

/** Adds one filter; false where the noun does not offer it. */
function addFilter<Row>(
  draft: Draft<Row>,
  at: { request: RouteRequest; offers: Offers<Row>; name: string; value: string },
): boolean {
  const { request, offers, value } = at;
  const isLike = at.name.endsWith('~') && request.minor >= 34;
  const name = isLike ? plainName(at.name) : at.name;
  const offered = Object.hasOwn(offers.filters, name) ? offers.filters[name] : undefined;
  if (!offered || (offered.adminOnly === true && !request.caller.isAdmin)) return false;
  if ((offered.sinceMinor ?? 0) > request.minor) return false;
  if (isLike) {
    draft.contains[offered.column] = value;
    return true;
  }
  switch (offered.kind) {
    case 'text':
      draft.filters[offered.column] = value;
      break;
    case 'nullable':
      draft.filters[offered.column] = value === 'None' || value === 'null' ? null : value;
      break;
    case 'integer':
      draft.filters[offered.column] = integerOf(name, value);
      break;
    case 'boolean':
      draft.filters[offered.column] = booleanOf(request, name, value);
      break;
    case 'pairs':
      draft.pairs[offered.column] = parsePairs(name, value);
      break;
    case 'time':
      draft.compare.push(...comparisonsOf<Row>(offered.column, value));
      break;
  }
  return true;
}

function integerOf(name: string, value: string): number {
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  throw requestFaults.invalidInput({ reason: `filter ${name} must be an integer, got '${value}'` });
}

/** Below 3.2 any word stands for a value, so an unknown one is false. */
function booleanOf(request: RouteRequest, name: string, value: string): boolean {
  const known = booleanWord(value);
  if (known !== null) return known;
  if (request.minor < 2) return false;
  throw requestFaults.invalidInput({ reason: `${name}=${value}` });
}

const comparisons = new Set<string>(['gt', 'gte', 'lt', 'lte', 'eq', 'neq']);

/** `gt:2026-01-01T00:00:00,lt:...`: each part has an operator (cinder/api/v3/volumes.py). */
function comparisonsOf<Row>(column: keyof Row & string, value: string): Compare<Row>[] {
  return value.split(',').map((part) => {
    const [operator = '', ...rest] = part.trim().split(':');
    if (!comparisons.has(operator)) {
      throw requestFaults.badInput({ message: `Invalid ${operator} operator` });
    }
    const text = rest.join(':');
    const date = new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
    if (Number.isNaN(date.getTime())) {
      throw requestFaults.badInput({ message: `Invalid ${text} value` });
    }
    // Checked above to be one of the operators.
    const how = operator as Comparison;
    return { key: column, how, value: `${date.toISOString().slice(0, 23)}000` };
  });
}
