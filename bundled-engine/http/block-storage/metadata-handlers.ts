// The six calls on metadata, the same for volumes and snapshots. Invariant: each change is one
// transaction over all pairs, and from 3.15 a reply carries the ETag of what it shows, so that a
// client can refuse to overwrite what it has not seen (cinder/api/v3/volume_metadata.py).
import { createHash } from 'node:crypto';
import type { Fault } from '../../../schema/kernel/fault';
import { requestFaults } from '../../../schema/faults';
import type { Viewer } from '../../operations/admission/find-owned';
import type { Parts } from '../../parts';
import type { Db, Tx } from '../../records/database';
import type { TextMap } from '../../records/rows/table-shape';
import { Answer } from '../route-request';
import type { Handler, RouteRequest } from '../route-request';
import { param } from './asker-of';

/** A thing with metadata. */
interface Described {
  readonly id: string;
  readonly metadata: TextMap;
}

/** What differs from noun to noun. */
export interface MetadataOf {
  /** Finds the thing, or throws its 404. */
  readonly find: (db: Db, viewer: Viewer, id: string) => Promise<Described>;
  /** Finds the thing for a change, or throws why it cannot be changed now. */
  readonly change: (tx: Tx, viewer: Viewer, id: string) => Promise<Described>;
  readonly save: (tx: Tx, id: string, metadata: TextMap) => Promise<unknown>;
  readonly missing: (id: string, key: string) => Fault;
}

type Pairs = Record<string, string>;

/** The six handlers. */
export interface MetadataHandlers {
  readonly show: Handler<undefined>;
  readonly add: Handler<{ metadata: Pairs }>;
  readonly replace: Handler<{ metadata: Pairs }>;
  readonly showKey: Handler<undefined>;
  readonly setKey: Handler<{ meta: Pairs }>;
  readonly removeKey: Handler<undefined>;
}

/** Makes the handlers of one noun. */
export function metadataHandlers(noun: MetadataOf): MetadataHandlers {
  const changed = async (
    request: RouteRequest,
    parts: Parts,
    next: (pairs: TextMap, id: string) => TextMap,
  ): Promise<TextMap> =>
    parts.database.transaction(async (tx) => {
      const found = await noun.change(tx, request.caller, param(request, 'id'));
      assertSeen(request, found.metadata);
      const pairs = next(found.metadata, found.id);
      await noun.save(tx, found.id, pairs);
      return pairs;
    });
  const found = (request: RouteRequest, parts: Parts): Promise<Described> =>
    noun.find(parts.database, request.caller, param(request, 'id'));

  return {
    async show(request, parts) {
      const { metadata } = await found(request, parts);
      return tagged(request, { metadata });
    },
    async add(request, parts) {
      const { metadata } = request.body;
      const pairs = await changed(request, parts, (now) => ({ ...now, ...metadata }));
      return tagged(request, { metadata: pairs });
    },
    async replace(request, parts) {
      const pairs = await changed(request, parts, () => request.body.metadata);
      return tagged(request, { metadata: pairs });
    },
    async showKey(request, parts) {
      const { id, metadata } = await found(request, parts);
      const key = param(request, 'key');
      const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
      if (value === undefined) throw noun.missing(id, key);
      return { meta: { [key]: value } };
    },
    async setKey(request, parts) {
      const key = param(request, 'key');
      const { meta } = request.body;
      const value = Object.hasOwn(meta, key) ? meta[key] : undefined;
      if (value === undefined) {
        throw requestFaults.badInput({ message: 'Request body and URI mismatch' });
      }
      if (Object.keys(meta).length > 1) {
        throw requestFaults.badInput({ message: 'Request body contains too many items' });
      }
      await changed(request, parts, (now) => ({ ...now, [key]: value }));
      return { meta: { [key]: value } };
    },
    async removeKey(request, parts) {
      const key = param(request, 'key');
      await changed(request, parts, (now, id) => {
        if (!Object.hasOwn(now, key)) throw noun.missing(id, key);
        return Object.fromEntries(Object.entries(now).filter(([name]) => name !== key));
      });
      return undefined;
    },
  };
}

/** With the ETag from 3.15 on; 304 where the client has this already. */
function tagged(request: RouteRequest, body: { metadata: TextMap }): Answer {
  if (request.minor < 15) return new Answer({ body });
  const etag = etagOf(body.metadata);
  const known = request.raw.method === 'GET' ? request.raw.headers['if-none-match'] : undefined;
  if (known !== undefined && unquoted(known) === etag) {
    return new Answer({ status: 304, headers: { Etag: etag } });
  }
  return new Answer({ headers: { Etag: etag }, body });
}

/** Refuses a change of what the client has not seen (If-Match). */
function assertSeen(request: RouteRequest, metadata: TextMap): void {
  const expected = request.raw.headers['if-match'];
  if (request.minor < 15 || expected === undefined || expected === '*') return;
  if (unquoted(expected) === etagOf(metadata)) return;
  throw requestFaults.notAsSeen({});
}

function etagOf(metadata: TextMap): string {
  return createHash('md5').update(JSON.stringify({ metadata })).digest('hex');
}

function unquoted(tag: string): string {
  return tag.replace(/^(W\/)?"?|"$/g, '');
}
