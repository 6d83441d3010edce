// Small translations between the service's spelling of values and ours. Invariant: nothing is lost
// that a user wrote: what the service cannot tell stays undefined, never a made-up default.
import { isFault } from '../../schema/kernel/fault';
import type { Connection } from '../client/connection';

/** Key under which a thing's marker is kept in its metadata or extra specs. */
export const markerKey = 'cinderkit:marker';

/** Key under which the word of an adoption is kept. */
export const holderKey = 'cinderkit:holder';

/** A text of the service: null and empty mean that there is none. */
export function textOf(value: string | null | undefined): string | undefined {
  return value === null || value === undefined || value === '' ? undefined : value;
}

/** A time of the service, which leaves out the zone, as ISO 8601 in UTC. */
export function timeOf(value: string | null | undefined): string | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  return /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
}

/** `record` without the keys that have no value. */
export function present<T extends Record<string, unknown>>(record: T): Partial<T> {
  const kept = Object.entries(record).filter(([, value]) => value !== undefined);
  // Only keys of T are left, each with its own value.
  return Object.fromEntries(kept) as Partial<T>;
}

/** Metadata as users see it: without the marker. */
export function withoutMarker(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== markerKey));
}

/** What `ask` gives, or null where the service knows no such thing. */
export async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isFault(error) && error.http === 404) return null;
    throw error;
  }
}

/** A map of a user's inputs, which validation has proved to hold text. */
export function mapOf(value: unknown): Readonly<Record<string, string>> {
  if (value === null || typeof value !== 'object') return {};
  const pairs = Object.entries(value).map(([key, held]) => [key, String(held)] as const);
  return Object.fromEntries(pairs);
}

/** A text of a user's inputs; undefined where none was given. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A number of a user's inputs; undefined where none was given. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** The microversion to ask for: `wanted` where the service has it, else none. */
export async function versionIfSpoken(
  connection: Connection,
  wanted: string,
  signal: AbortSignal,
): Promise<{ microversion?: string }> {
  const spoken = await connection.supports('block-storage', wanted, signal);
  return spoken ? { microversion: wanted } : {};
}
