// A transfer as the API shows it. Invariant: the key is shown by the call that made it and by
// nothing else (cinder/api/views/transfers.py).
import type { TransferRow } from '../../records/rows/transfer-row';
import type { RouteRequest } from '../route-request';
import { linker } from './asker-of';

/** Both paths of the API lead to the older one in links, as a real Cinder's do. */
export const transferPath = 'os-volume-transfer';

/** Makes the view of lists without details, and of `accept`. */
export function briefTransferView(
  request: RouteRequest,
): (transfer: TransferRow) => Record<string, unknown> {
  const links = linker(request, transferPath);
  return ({ id, volumeId, name }) => ({ id, volume_id: volumeId, name, links: links(id) });
}

/** Makes the whole view; `authKey` is what the maker of an offer is told once. */
export function transferView(
  request: RouteRequest,
  authKey?: string,
): (transfer: TransferRow) => Record<string, unknown> {
  const links = linker(request, transferPath);
  const { minor } = request;
  return (transfer) => ({
    id: transfer.id,
    created_at: transfer.createdAt,
    name: transfer.name,
    volume_id: transfer.volumeId,
    ...(authKey === undefined ? {} : { auth_key: authKey }),
    links: links(transfer.id),
    ...(minor >= 55 ? { no_snapshots: transfer.noSnapshots } : {}),
    // An offer goes when it is accepted, there as here: one that is seen has no receiver yet.
    ...(minor >= 57
      ? {
          destination_project_id: null,
          source_project_id: transfer.projectId,
          accepted: false,
        }
      : {}),
  });
}
