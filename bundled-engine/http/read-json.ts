// Reads a JSON body without ever holding more than the limit: what is over it is counted and
// dropped, so that the client can finish sending and read the refusal. Invariant: a body is refused
// whole.
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { httpFaults } from './http-faults';

/** Most bytes that a JSON body may have: oslo.middleware's max_request_body_size. */
export const jsonLimitBytes = 114_688;

/** A sender of more than this is cut off instead of being listened to. */
export const patienceBytes = 64 * 1024 * 1024;

/**
 * The value of a request's JSON body; undefined for an empty one. Fails with bodyTooLarge,
 * bodyMalformed, or as the connection does.
 */
export async function readJson(
  request: FastifyRequest,
  payload: IncomingMessage,
): Promise<unknown> {
  const text = await readText(request, payload);
  if (text.length === 0) return undefined;
  try {
    // A reviver makes parsing several times slower, so it is used on suspicion alone.
    return /__proto__|\\u00/.test(text) ? JSON.parse(text, refuseProto) : JSON.parse(text);
  } catch (error) {
    throw httpFaults.bodyMalformed({}, error);
  }
}

/** A key that would change an object's prototype is no key of any API. */
function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('a key may not be __proto__');
  return value;
}

function readText(request: FastifyRequest, payload: IncomingMessage): Promise<string> {
  const declared = Number(request.headers['content-length'] ?? 0);
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let lengthBytes = 0;
    if (declared > patienceBytes) reject(httpFaults.bodyTooLarge({}));
    payload.on('data', (chunk: Buffer) => {
      lengthBytes += chunk.length;
      if (lengthBytes <= jsonLimitBytes) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      if (lengthBytes <= patienceBytes) return;
      reject(httpFaults.bodyTooLarge({}));
      payload.destroy();
    });
    payload.on('end', () => {
      // Not before: a client that wants the connection closed would lose an answer given while it
      // still sends.
      if (lengthBytes > jsonLimitBytes) reject(httpFaults.bodyTooLarge({}));
      else resolve(utf8(chunks));
    });
    payload.on('error', reject);
    payload.on('close', () => reject(httpFaults.bodyMalformed({})));
  });
}

function utf8(chunks: readonly Buffer[]): string {
  return (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).toString('utf8');
}
