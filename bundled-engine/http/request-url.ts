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

const projectPattern = /^\/volume\/v3\/([0-9a-f-]{1,64})(?=[/?]|$)/;

/** The project id in a Block Storage URL, which may be left out (microversion 3.67). */
export function projectInUrl(url: string): string | null {
  return projectPattern.exec(url)?.[1] ?? null;
}

/** The URL without its project id: what routes are matched against. */
export function withoutProject(url: string): string {
  return url.startsWith('/volume/v3/') ? url.replace(projectPattern, '/volume/v3') : url;
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
