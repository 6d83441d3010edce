// Reads what a request's URL and headers tell about where it goes. Invariant: a Block Storage URL
// means the same with and without its project id (microversion 3.67), so routes exist once, without
// it.
import type { FastifyRequest } from 'fastify';
import type { ServiceName } from '../../schema/wire/route';

/** Base paths of the services, as DevStack lays them out. */
export const basePaths: Readonly<Record<ServiceName, string>> = {
  identity: '/identity/v3',
  'block-storage': '/volume/v3',
  image: '/image/v2',
};

/** The service that a path belongs to; null for paths of the engine's own. */
export function serviceOf(path: string): ServiceName | null {
  if (/^\/volume([/?]|$)/.test(path)) return 'block-storage';
  if (/^\/identity([/?]|$)/.test(path)) return 'identity';
  return /^\/image([/?]|$)/.test(path) ? 'image' : null;
}

const volumeRoot = /^\/volume\/v[23](?=[/?]|$)/;
const projectPattern = /^\/volume\/v[23]\/([0-9a-f-]{1,64})(?=[/?]|$)/;

/** Whether a URL is one of Block Storage v2, which is served as v3 in its first microversion. */
export function isSecondVersion(url: string): boolean {
  return /^\/volume\/v2([/?]|$)/.test(url);
}

/** The header that asks for a microversion; v2 has none, so there nothing asks. */
export function versionHeaderOf(request: FastifyRequest): string | undefined {
  return isSecondVersion(request.originalUrl)
    ? undefined
    : headerOf(request, 'openstack-api-version');
}

/** Whether a URL ends in a slash that no route of Block Storage has; its root has one. */
export function hasStraySlash(url: string): boolean {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  return path.endsWith('/') && path !== '/volume/v3/';
}

/** The project id in a Block Storage URL, which may be left out (microversion 3.67). */
export function projectInUrl(url: string): string | null {
  return projectPattern.exec(url)?.[1] ?? null;
}

/** The URL without its project id, and v2 as v3: what routes are matched against. */
export function withoutProject(url: string): string {
  if (!url.startsWith('/volume/v')) return url;
  return projectPattern.test(url)
    ? url.replace(projectPattern, '/volume/v3')
    : url.replace(volumeRoot, '/volume/v3');
}

/** One value of a header; the first where it was sent several times. */
export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Scheme and authority under which the client reached us. */
export function baseUrlOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}
