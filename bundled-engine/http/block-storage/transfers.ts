// Handlers of transfers, under both of their paths. Invariant: they translate and decide nothing
// but what a microversion brought: no_snapshots at 3.55, pages and orders at 3.59
// (cinder/api/v3/volume_transfer.py, cinder/api/contrib/volume_transfer.py).
import { transferFaults } from '../../../schema/transfer-faults';
import type { oldTransferRoutes, transferRoutes } from '../../../schema/wire/transfers';
import {
  acceptTransfer,
  offerVolume,
  ownTransfer,
  withdrawTransfer,
} from '../../operations/admission/transfer-changes';
import type { TransferRequest } from '../../operations/admission/transfer-changes';
import type { Parts } from '../../parts';
import type { ListQuery } from '../../records/list-query';
import type { TransferRow } from '../../records/rows/transfer-row';
import { listTransfers } from '../../records/transfers';
import type { HandlersOf, Query, RouteRequest } from '../route-request';
import { askerOf, booleanWord, param, queryValue } from './asker-of';
import { listQueryOf } from './list-params';
import type { Offers } from './list-params';
import { listReply } from './list-reply';
import { briefTransferView, transferPath, transferView } from './transfer-view';

const offers: Offers<TransferRow> = {
  filters: {
    id: { column: 'id', kind: 'text' },
    name: { column: 'name', kind: 'text' },
    display_name: { column: 'name', kind: 'text' },
    volume_id: { column: 'volumeId', kind: 'text' },
    no_snapshots: { column: 'noSnapshots', kind: 'boolean' },
    source_project_id: { column: 'projectId', kind: 'text' },
  },
  sorts: {
    id: 'id',
    name: 'name',
    display_name: 'name',
    volume_id: 'volumeId',
    created_at: 'createdAt',
  },
};

const paging = new Set<string>(['limit', 'marker', 'offset', 'sort', 'sort_key', 'sort_dir']);

/** How a list is asked: with details or without, and with the orders of 3.59 or without. */
interface Asked {
  readonly isDetail: boolean;
  readonly isOld: boolean;
}

/** The query without what a real one passes over: words that are no boolean for all_tenants. */
function readable(request: RouteRequest): RouteRequest {
  const all = queryValue(request, 'all_tenants');
  if (all === undefined || booleanWord(all) !== null) return request;
  const kept = Object.entries(request.query).filter(([name]) => name !== 'all_tenants');
  const query: Query = Object.fromEntries(kept);
  return { ...request, query };
}

function isUnknown(name: string): boolean {
  return name !== 'all_tenants' && !paging.has(name) && !Object.hasOwn(offers.filters, name);
}

async function listed(given: RouteRequest, parts: Parts, asked: Asked): Promise<unknown> {
  const request = readable(given);
  const view = asked.isDetail ? transferView(request) : briefTransferView(request);
  const reply = { key: 'transfers', path: transferPath, view };
  // By a key that no transfer has nothing is found; it is not refused.
  if (Object.keys(request.query).some(isUnknown)) {
    return listReply(request, { ...reply, page: { rows: [], hasMore: false } });
  }
  const query = listQueryOf(request, offers);
  const oldestFirst: ListQuery<TransferRow>['sort'] = [{ key: 'createdAt', direction: 'asc' }];
  const isOrdered = !asked.isOld && request.minor >= 59;
  const page = await listTransfers(
    parts.database,
    isOrdered ? query : { ...query, sort: oldestFirst },
  );
  return listReply(request, { ...reply, page });
}

async function offered(request: RouteRequest, parts: Parts, asked: TransferRequest) {
  const { transfer, authKey } = await offerVolume(parts, askerOf(request), asked);
  return { transfer: transferView(request, authKey)(transfer) };
}

async function shown(request: RouteRequest, parts: Parts) {
  const transfer = await ownTransfer(parts.database, request.caller, param(request, 'id'));
  return { transfer: transferView(request)(transfer) };
}

async function accepted(request: RouteRequest, parts: Parts, authKey: string) {
  const transferId = param(request, 'id');
  const transfer = await acceptTransfer(parts, askerOf(request), { transferId, authKey });
  return { transfer: briefTransferView(request)(transfer) };
}

function withdrawn(request: RouteRequest, parts: Parts): Promise<void> {
  return withdrawTransfer(parts, askerOf(request), param(request, 'id'));
}

/** Handlers of volume-transfers, by the verbs of the route table. */
export const transferHandlers: HandlersOf<typeof transferRoutes> = {
  createTransfer(request, parts) {
    const { volume_id: volumeId, name, no_snapshots: noSnapshots } = request.body.transfer;
    if (noSnapshots !== undefined && request.minor < 55) {
      throw transferFaults.keyTooNew({ key: 'no_snapshots' });
    }
    const asked = { volumeId, name: name ?? null, noSnapshots: noSnapshots ?? false };
    return offered(request, parts, asked);
  },
  listTransfers: (request, parts) => listed(request, parts, { isDetail: false, isOld: false }),
  listTransfersDetail: (request, parts) => listed(request, parts, { isDetail: true, isOld: false }),
  showTransfer: shown,
  deleteTransfer: withdrawn,
  acceptTransfer: (request, parts) => accepted(request, parts, request.body.accept.auth_key),
};

/** Handlers of os-volume-transfer. */
export const oldTransferHandlers: HandlersOf<typeof oldTransferRoutes> = {
  createOldTransfer(request, parts) {
    const { volume_id: volumeId, name } = request.body.transfer;
    return offered(request, parts, { volumeId, name: name ?? null, noSnapshots: false });
  },
  listOldTransfers: (request, parts) => listed(request, parts, { isDetail: false, isOld: true }),
  listOldTransfersDetail: (request, parts) =>
    listed(request, parts, { isDetail: true, isOld: true }),
  showOldTransfer: shown,
  deleteOldTransfer: withdrawn,
  acceptOldTransfer: (request, parts) => accepted(request, parts, request.body.accept.auth_key),
};
