// Decides how a request's body is read: JSON within a limit, a patch document, or a stream of image
// bytes that the handler takes itself. Invariant: no body is buffered that has not been asked for.
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { imagePatchType } from '../../schema/wire/images';
import { httpFaults } from './http-faults';
import { readJson } from './read-json';
import { basePaths, serviceOf } from './request-url';

const filePath = new RegExp(`^${basePaths.image}/images/[^/?]+/file/?(\\?|$)`);

/**
 * What a handler gets as body: parsed JSON; undefined for none; for an upload the stream itself.
 * Fails with bodyTypeUnknown for a media type that the path does not take.
 */
export async function readBody(
  request: FastifyRequest,
  payload: IncomingMessage,
): Promise<unknown> {
  const type = mediaType(request);
  if (request.method === 'PUT' && filePath.test(request.url)) {
    if (type !== 'application/octet-stream') throw httpFaults.bodyTypeUnknown({});
    return payload;
  }
  if (isEmpty(request)) return undefined;
  const isPatchOfImage = request.method === 'PATCH' && serviceOf(request.url) === 'image';
  const accepted = isPatchOfImage ? type === imagePatchType : isJson(type);
  if (!accepted) throw httpFaults.bodyTypeUnknown({});
  return readJson(request, payload);
}

function mediaType(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** Clients that leave the media type out mean JSON. */
function isJson(type: string): boolean {
  return type === '' || type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type);
}

function isEmpty(request: FastifyRequest): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] === undefined && (length ?? '0') === '0';
}
