// The faces that errors have: Cinder's named faults, Keystone's `error` object, Glance's HTML or
// JSON pages. Invariant: an unexpected error tells a client its request id and nothing else; the
// log has the rest.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import { errnoOf } from '../host/error-facts';
import { isDiskFull } from '../records/records-faults';
import { Fault } from '../../schema/kernel/fault';
import { faultNames } from '../../schema/wire/fault-names';
import type { ServiceName } from '../../schema/wire/route';
import type { Parts } from '../parts';
import { httpFaults } from './http-faults';
import { sendJson } from './send-json';

const unexpectedText =
  'The server has either erred or is incapable of performing the requested operation.';

/**
 * The fault that stands for whatever was thrown: a Fault as it is, what fastify refuses as the 400,
 * 413 or 415 that it is, records without room as a 500 that says so, and anything else as a 500
 * without its text.
 */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = errnoOf(error) ?? '';
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return httpFaults.bodyTooLarge({}, error);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return httpFaults.bodyTypeUnknown({}, error);
  if (code === 'FST_ERR_BAD_URL') return httpFaults.urlMalformed({}, error);
  if (code.startsWith('FST_ERR_CTP')) return httpFaults.bodyMalformed({}, error);
  if (isDiskFull(error)) return httpFaults.recordsFull({}, error);
  return new Fault('unexpected', { http: 500, message: unexpectedText, cause: error });
}

/**
 * Logs an unexpected error with the request it belongs to; expected ones are the client's matter.
 */
export function logUnexpected(parts: Parts, request: FastifyRequest, fault: Fault): void {
  if (fault.http < 500) return;
  // The path alone: a query can hold what does not belong in a log.
  const path = request.url.split('?', 1)[0];
  parts.log.error(
    { requestId: request.id, method: request.method, path, err: fault.cause ?? fault },
    'a request failed unexpectedly',
  );
}

/** Sends `fault` with the face of `service`. */
export function sendFault(
  service: ServiceName,
  fault: Fault,
  to: { request: FastifyRequest; reply: FastifyReply; identityUrl: string },
): FastifyReply {
  const { request, reply } = to;
  reply.code(fault.http).header('x-openstack-request-id', request.id);
  if (fault.http === 401) {
    reply.header('WWW-Authenticate', `Keystone uri="${to.identityUrl}"`);
    return sendJson(reply, keystoneBody(fault));
  }
  if (service === 'identity') return sendJson(reply, keystoneBody(fault));
  if (service === 'image' || fault.code === 'routeUnknown') return sendPage(fault, request, reply);
  reply.header('x-compute-request-id', request.id);
  return sendJson(reply, cinderBody(fault, reply));
}

function cinderBody(fault: Fault, reply: FastifyReply): unknown {
  const name = faultNames[fault.http] ?? 'computeFault';
  const body: Record<string, unknown> = { code: fault.http, message: fault.message };
  if (fault.http === 413 && fault.code !== 'bodyTooLarge') {
    // Cinder answers every quota refusal so, though waiting does not help.
    body['retryAfter'] = '0';
    reply.header('Retry-After', '0');
  }
  return { [name]: body };
}

function keystoneBody(fault: Fault): unknown {
  const title = STATUS_CODES[fault.http] ?? 'Error';
  return { error: { code: fault.http, message: fault.message, title } };
}

/** webob's pages: HTML unless the client asks for JSON rather. */
function sendPage(fault: Fault, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const title = STATUS_CODES[fault.http] ?? 'Error';
  const status = `${fault.http} ${title}`;
  const message = `${htmlText(fault.message)}<br /><br />\n\n\n`;
  const accept = request.headers.accept ?? '*/*';
  if (/json/.test(accept) && !/html|\*\/\*/.test(accept)) {
    return sendJson(reply, { message, code: status, title });
  }
  reply.header('Content-Type', 'text/html; charset=UTF-8');
  return reply.send(
    `<html>\n <head>\n  <title>${status}</title>\n </head>\n <body>\n  <h1>${status}</h1>\n  ` +
      `${message}\n </body>\n</html>`,
  );
}

function htmlText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
