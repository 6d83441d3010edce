// Small things that every handler of Block Storage needs from a request. Invariant: a link leads
// to where the caller came from, and names the caller's project.
import { operatorFaults } from '../../../schema/operator-faults';
import type { Asker } from '../../operations/operation-context';
import { isSecondVersion } from '../request-url';
import type { RouteRequest } from '../route-request';

/** Whoever asked, in the form that operations take. */
export function askerOf(request: RouteRequest): Asker {
  const { userId, projectId, isAdmin } = request.caller;
  return { userId, projectId, isAdmin, requestId: request.requestId };
}

/** One link. */
export interface Link {
  readonly rel: string;
  readonly href: string;
}

/** Address of the API in the version under which it was asked, without a project. */
export function apiRoot({ baseUrl, raw }: RouteRequest): string {
  return `${baseUrl}/volume/${isSecondVersion(raw.originalUrl) ? 'v2' : 'v3'}`;
}

/** Makes the self and bookmark links of things of one kind, as in `volumes`. */
export function linker(request: RouteRequest, kind: string): (id: string) => Link[] {
  const { baseUrl, caller } = request;
  const self = `${apiRoot(request)}/${caller.projectId}/${kind}/`;
  const bookmark = `${baseUrl}/volume/${caller.projectId}/${kind}/`;
  return (id) => [
    { rel: 'self', href: self + id },
    { rel: 'bookmark', href: bookmark + id },
  ];
}

/** A path parameter; routes have it whenever their path names it. */
export function param(request: RouteRequest, name: string): string {
  return request.params[name] ?? '';
}

/** The last value of a query parameter; undefined where it was not sent. */
export function queryValue(request: RouteRequest, name: string): string | undefined {
  const value = request.query[name];
  return typeof value === 'string' ? value : value?.at(-1);
}

const yes = new Set<string>(['1', 't', 'true', 'on', 'y', 'yes']);
const no = new Set<string>(['0', 'f', 'false', 'off', 'n', 'no']);

/** A boolean word of a query; null where it is none. */
export function booleanWord(word: string): boolean | null {
  const lower = word.trim().toLowerCase();
  if (yes.has(lower)) return true;
  return no.has(lower) ? false : null;
}

/** A boolean query parameter; anything that is not a word for yes is no. */
export function queryFlag(request: RouteRequest, name: string): boolean {
  const value = queryValue(request, name);
  return value !== undefined && booleanWord(value) === true;
}

/** A boolean query parameter; no where it was not sent. Fails with 400 for any other word. */
export function strictFlag(request: RouteRequest, key: string): boolean {
  const value = queryValue(request, key);
  const flag = value === undefined ? false : booleanWord(value);
  if (flag === null) throw operatorFaults.notBoolean({ key, value: value ?? '' });
  return flag;
}
