// Links between the pages of a list of images. Invariant: a link keeps every parameter of the
// request but the marker, so that following it goes on with the same list.
import type { RouteRequest } from '../serve-route';

/** The request's parameters without the marker, repeated ones each by itself. */
export function parametersOf(request: Pick<RouteRequest, 'query'>): [string, string][] {
  return Object.entries(request.query)
    .filter(([key]) => key !== 'marker')
    .flatMap(([key, value]) => [value].flat().map((one): [string, string] => [key, one]));
}

/** Path and query of a page, from the marker on; null is the first page. */
export function pagePath(parameters: readonly [string, string][], marker: string | null): string {
  const all = [...parameters, ...(marker === null ? [] : [['marker', marker] as [string, string]])];
  const query = new URLSearchParams(all).toString();
  return query === '' ? '/v2/images' : `/v2/images?${query}`;
}
