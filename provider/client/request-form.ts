// Writes a route and its parameters as URL, headers and words for messages. Invariant: a parameter
// stays one segment of the path, whatever it holds.
import { clientFaults } from '../../schema/client-faults';
import type { Route } from '../../schema/wire/route';
import { imagePatchType } from '../../schema/wire/images';
import type { CallRequest, QueryValue } from './connection';

/** The call as people read it: `POST /volumes/4f0c/action (os-extend)`. */
export function describeCall(route: Route, request: CallRequest): string {
  const path = route.path.replace(/:(\w+)/g, (all, name: string) => request.params?.[name] ?? all);
  return `${route.method} ${path}${route.action ? ` (${route.action})` : ''}`;
}

/**
 * The address of a call. Throws pathUnusable for a parameter that is missing or would leave its
 * place.
 */
export function urlOf(base: string, route: Route, request: CallRequest): string {
  const path = route.path.replace(/:(\w+)/g, (_all, name: string) => {
    const value = request.params?.[name];
    // `.` and `..` would be resolved away by everything that handles URLs; empty would name the
    // list.
    if (value !== undefined && !['', '.', '..'].includes(value)) return encodeURIComponent(value);
    const found = value === undefined ? 'missing' : JSON.stringify(value);
    throw clientFaults.pathUnusable({ what: `${route.method} ${route.path}`, name, found });
  });
  const query = queryText(request.query ?? {});
  return `${base}${path}${query ? `?${query}` : ''}`;
}

/** Query parameters in the form of a URL; lists repeat their key. */
export function queryText(query: Readonly<Record<string, QueryValue>>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) search.append(key, String(each));
  }
  return search.toString();
}

/** Headers of a call but for the token. `microversion` null: the service's oldest. */
export function headersOf(
  route: Route,
  request: CallRequest,
  microversion: string | null,
): Record<string, string> {
  const versioned = microversion !== null && route.service === 'block-storage';
  const patchesImage = route.service === 'image' && route.method === 'PATCH';
  return {
    accept: 'application/json',
    ...(request.body === undefined
      ? {}
      : { 'content-type': patchesImage ? imagePatchType : 'application/json' }),
    ...(versioned ? { 'openstack-api-version': `volume ${microversion}` } : {}),
    ...request.headers,
  };
}
