// Turns an answer that is not a success back into a Fault. Invariant: the code is OpenStack's
// name for the fault, whatever form the body has (Cinder's, Keystone's, Glance's HTML, a proxy's
// page, nothing).
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { Fault } from '../../schema/kernel/fault';
import { faultNames } from '../../schema/wire/fault-names';
import { retryAfterMs } from './retry';

/** Names by status: OpenStack's, and one for proxies that ask a client to slow down. */
const codes: Readonly<Record<number, string>> = { ...faultNames, 429: 'tooManyRequests' };

const longestText = 2000;

const faultBody = z.record(
  z.string(),
  z.looseObject({ message: z.string(), code: z.number().optional() }),
);
const messageBody = z.looseObject({ message: z.string() });

/** An answer that is not a success. */
export interface RefusedAnswer {
  /** The call, for messages: `POST /volumes`. */
  readonly what: string;
  readonly service: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * The Fault for a refusal. `details` holds what, service, status, requestId (null where none was
 * sent), reason (the service's own text) and retryAfterMs.
 */
export function refusal(answer: RefusedAnswer): Fault {
  const { what, service, status, headers } = answer;
  const reason = reasonOf(answer.text) || STATUS_CODES[status] || 'no reason given';
  const requestId = headers['x-openstack-request-id'] ?? headers['x-compute-request-id'] ?? null;
  const trace = requestId === null ? '' : `, request ${requestId}`;
  const message = `The ${service} service refused ${what}: ${reason} (HTTP ${status}${trace})`;
  const afterMs = retryAfterMs(headers['retry-after']);
  const details = { what, service, status, requestId, reason, retryAfterMs: afterMs };
  const retriable = mayPass(status, { reason, afterMs });
  return new Fault(codes[status] ?? 'computeFault', { http: status, message, retriable }, details);
}

/** The service's own text in a body of any form; empty where there is none. */
export function reasonOf(body: string): string {
  const text = body.trim();
  const reason = text.startsWith('{') ? withoutBreaks(reasonOfJson(text)) : reasonOfPage(text);
  return reason.length > longestText ? `${reason.slice(0, longestText)}...` : reason;
}

/** Whether the same call may pass later: overload does, an exceeded quota (413) does not. */
function mayPass(status: number, said: { reason: string; afterMs: number | null }): boolean {
  if (status === 413) return (said.afterMs ?? 0) > 0 && !/quota|limitexceeded/i.test(said.reason);
  return [429, 502, 503, 504].includes(status);
}

function reasonOfJson(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  const wrapped = faultBody.safeParse(value);
  if (wrapped.success) return Object.values(wrapped.data)[0]?.message ?? '';
  const plain = messageBody.safeParse(value);
  return plain.success ? plain.data.message : text;
}

/** Glance puts the line breaks of its page into its JSON too. */
function withoutBreaks(text: string): string {
  return text.replace(/(\s*<br\s*\/?>\s*)+/gi, ' ').trim();
}

/** Glance and proxies answer with a page: the text after its heading, or the heading. */
function reasonOfPage(text: string): string {
  if (!/<\w+/.test(text)) return text;
  const body = /<body[^>]*>([\s\S]*?)<\/body>/i.exec(text)?.[1] ?? text;
  const heading = /<h1[^>]*>([\s\S]*?)<\/h1>/i.exec(body);
  const below = heading ? body.slice(heading.index + heading[0].length) : body;
  return plainText(below) || plainText(heading?.[1] ?? body);
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  amp: '&',
  nbsp: ' ',
};

function plainText(html: string): string {
  const text = html.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
  const decoded = text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (all, dec, hex, name) => {
    if (dec) return String.fromCodePoint(Number(dec));
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return entities[String(name).toLowerCase()] ?? all;
  });
  return decoded.replace(/\s+/g, ' ').trim();
}
