// Lists of one noun, narrowed by the service where it can. Invariant: a hint never hides a thing:
// only texts that every service reads as plain text are sent, and a service that refuses a filter
// is asked again without any.
import { isFault } from '../../schema/kernel/fault';
import type { Route } from '../../schema/wire/route';
import type { QueryValue, ReplyBody } from '../client/connection';
import type { Scope } from './adapter';

/** A list to walk. */
export interface Narrowing<R extends Route> {
  readonly route: R;
  /** What is asked whatever the hints are. */
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Filters that may be left out without harm. */
  readonly hints: Readonly<Record<string, QueryValue>>;
  readonly microversion?: string;
  /** Things a page, where the service's usual page is small. */
  readonly pageSize?: number;
}

/**
 * The pages of a list, narrowed by its hints; all of it where the service takes none of them.
 * Throws what the service refuses otherwise.
 */
export async function* narrowedPages<const R extends Route>(
  { connection, signal }: Scope,
  list: Narrowing<R>,
): AsyncIterable<ReplyBody<R>> {
  const version = list.microversion === undefined ? {} : { microversion: list.microversion };
  const size = list.pageSize === undefined ? {} : { pageSize: list.pageSize };
  const request = { ...version, ...size, signal };
  const isNarrow = Object.values(list.hints).some((value) => value !== undefined);
  let begun = false;
  try {
    const query = { ...list.query, ...list.hints };
    for await (const page of connection.pages(list.route, { ...request, query })) {
      begun = true;
      yield page;
    }
  } catch (error) {
    // From 3.31 on Cinder refuses a filter that its operator has not allowed
    // (cinder/api/common.py).
    if (begun || !isNarrow || !isFault(error) || error.http !== 400) throw error;
    yield* connection.pages(list.route, { ...request, query: { ...list.query } });
  }
}

/**
 * `value` where a filter of it means that very text on every service; else undefined. Cinder reads
 * filters as Python literals (`None`, `12`), Glance knows operators (`in:`), so only plain words
 * pass.
 */
export function plainText(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z][A-Za-z0-9 _.-]*$/.test(value)) return undefined;
  return ['None', 'True', 'False'].includes(value) || /\s$/.test(value) ? undefined : value;
}

/** `value` where it has the form of an id, which services look for as it is; else undefined. */
export function plainId(value: unknown): string | undefined {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
    ? value
    : undefined;
}

/** Metadata as Cinder's filter takes it; undefined where there is none that is safe to send. */
export function plainPairs(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const pairs = Object.entries(value);
  const isPlain = pairs.every(([key, held]) => /^[\w .:-]+$/.test(key + String(held)));
  return pairs.length > 0 && isPlain ? JSON.stringify(value) : undefined;
}
