// Walks a list page by page. Invariant: the walk ends: each page's marker is new, or the walk is
// refused.
import { clientFaults } from '../../schema/client-faults';
import { isFault } from '../../schema/kernel/fault';
import type { Route } from '../../schema/wire/route';
import type { Connection, PagesRequest, QueryValue, ReplyBody } from './connection';
import { isData } from './raw-cloud';
import { describeCall } from './request-form';

type Query = Readonly<Record<string, QueryValue>>;

/**
 * The pages of a list. Follows the service's next links (only their query: the path stays ours);
 * where a service gives none although a page is full, goes on after the page's last id. Where the
 * thing to go on after has been removed meanwhile, goes on after the one before it.
 */
export async function* walkPages<const R extends Route>(
  connection: Connection,
  route: R,
  request: PagesRequest<R>,
): AsyncIterable<ReplyBody<R>> {
  const { pageSize, ...call } = request;
  const seen = new Set<string>();
  let query: Query | null = { ...request.query, ...(pageSize ? { limit: pageSize } : {}) };
  let earlier: string[] = [];
  while (query) {
    let body: ReplyBody<R>;
    try {
      ({ body } = await connection.call(route, { ...call, query }));
    } catch (error) {
      const marker = earlier.pop();
      if (marker === undefined || !isMarkerGone(error)) throw error;
      query = { ...query, marker };
      continue;
    }
    yield body;
    earlier = idsOf(body).slice(0, -1);
    query = nextQuery(body, query, pageSize);
    if (!query) return;
    const marker = String(query['marker'] ?? JSON.stringify(query));
    if (seen.has(marker)) {
      throw clientFaults.pagesGoRound({ what: describeCall(route, call), marker });
    }
    seen.add(marker);
  }
}

/** Cinder answers 404 for a marker that it does not know, Glance 400. */
function isMarkerGone(error: unknown): boolean {
  return isFault(error, 'itemNotFound') || isFault(error, 'badRequest');
}

function idsOf(body: unknown): string[] {
  const ids = thingsOf(body).map((thing) => (isData(thing) ? thing['id'] : undefined));
  return ids.filter((id) => typeof id === 'string');
}

function thingsOf(body: unknown): readonly unknown[] {
  const entries = isData(body) ? Object.entries(body) : [];
  const list = entries.find(([key, value]) => Array.isArray(value) && !key.endsWith('_links'));
  return Array.isArray(list?.[1]) ? list[1] : [];
}

function nextQuery(body: unknown, query: Query, pageSize: number | undefined): Query | null {
  if (!isData(body)) return null;
  const href = nextLink(body);
  if (href !== null) return { ...query, ...queryOf(href) };
  // A list of links that has no next one is the service's word that this was the last page.
  const hasLinks = Object.keys(body).some((key) => /(_links|^links|^next)$/.test(key));
  const things = thingsOf(body);
  if (hasLinks || pageSize === undefined || things.length < pageSize) return null;
  const marker = idsOf(body).at(-1);
  return marker === undefined ? null : { ...query, marker };
}

/** Cinder: `volumes_links: [{rel: next, href}]`; Glance: `next`; Keystone: `links.next`. */
function nextLink(body: Readonly<Record<string, unknown>>): string | null {
  if (typeof body['next'] === 'string') return body['next'];
  const links = body['links'];
  if (isData(links) && typeof links['next'] === 'string') return links['next'];
  for (const [key, value] of Object.entries(body)) {
    if (!key.endsWith('_links') || !Array.isArray(value)) continue;
    const next = value.find((link) => isData(link) && link['rel'] === 'next');
    if (isData(next) && typeof next['href'] === 'string') return next['href'];
  }
  return null;
}

function queryOf(href: string): Query {
  const search = new URL(href, 'http://any.invalid').searchParams;
  const keys = [...new Set(search.keys())];
  return Object.fromEntries(keys.map((key) => [key, oneOrAll(search.getAll(key))]));
}

function oneOrAll(values: string[]): QueryValue {
  return values.length === 1 ? values[0] : values;
}
