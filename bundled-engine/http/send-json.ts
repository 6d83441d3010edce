// Sends a JSON body. Invariant: the media type is application/json and nothing more, as OpenStack's
// services answer; strict clients compare it.
import type { FastifyReply } from 'fastify';

/** Sends `body`, or nothing at all where it is undefined. */
export function sendJson(reply: FastifyReply, body: unknown): FastifyReply {
  if (body === undefined) return reply.send();
  // As bytes: fastify adds a charset to the type of objects and of text.
  return reply
    .header('Content-Type', 'application/json')
    .send(Buffer.from(JSON.stringify(body), 'utf8'));
}
