// Puts a page of rows into the reply of a list call. Invariant: the next link repeats the caller's
// own query and appears exactly when the page is full, whether or not more rows follow
// (cinder/api/common.py _get_collection_links).
import { requestFaults } from '../../../schema/faults';
import type { Page } from '../../records/table';
import { isUnknownMarker } from '../../records/table';
import type { RouteRequest } from '../route-request';
import { apiRoot } from './asker-of';
import type { Link } from './asker-of';
import { pageSize } from './list-params';

/** What to put into the reply. */
export interface ListReply<Row> {
  /** Key of the list, as in `volumes`. */
  readonly key: string;
  /** Path below the project, as in `volumes/detail`. */
  readonly path: string;
  /** Key of the links where it is not KEY_links. */
  readonly linksKey?: string;
  readonly page: Page<Row>;
  readonly view: (row: Row) => unknown;
  /** Number of all rows, where the caller asked for it. */
  readonly count?: number | undefined;
}

/** The reply's body. Fails with 404 where the page's marker is unknown. */
export function listReply<Row extends { readonly id: string }>(
  request: RouteRequest,
  given: ListReply<Row>,
): Record<string, unknown> {
  const { page, key } = given;
  if (isUnknownMarker(page)) {
    throw requestFaults.markerNotFound({ marker: page.unknownMarker });
  }
  const body: Record<string, unknown> = { [key]: page.rows.map(given.view) };
  const last = page.rows.at(-1);
  if (last && page.rows.length === pageSize(request)) {
    body[given.linksKey ?? `${key}_links`] = [nextLink(request, given.path, last.id)];
  }
  if (given.count !== undefined) body['count'] = given.count;
  return body;
}

function nextLink(request: RouteRequest, path: string, marker: string): Link {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query)) {
    if (name === 'marker' || name === 'offset') continue;
    for (const each of typeof value === 'string' ? [value] : value) parameters.append(name, each);
  }
  parameters.append('marker', marker);
  const base = `${apiRoot(request)}/${request.caller.projectId}/${path}`;
  return { rel: 'next', href: `${base}?${parameters.toString()}` };
}
