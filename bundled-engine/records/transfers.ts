// Transfers in the records. Invariant: a volume has one offer at most.
import type { Db } from './database';
import type { ListQuery } from './list-query';
import { transferTable } from './rows/transfer-row';
import type { NewTransfer, TransferRow } from './rows/transfer-row';
import { Table, write } from './table';
import type { Owner, Page } from './table';

const transfers = new Table<TransferRow>(transferTable);

/** Inserts a transfer and gives the whole row. Fails where its volume is offered already. */
export function insertTransfer(db: Db, row: NewTransfer): Promise<TransferRow> {
  return transfers.insert(db, row);
}

/** The transfer, or undefined where there is none or it is another project's. */
export function findTransfer(db: Db, id: string, owner?: Owner): Promise<TransferRow | undefined> {
  return transfers.find(db, id, owner);
}

/** A page of transfers. */
export function listTransfers(db: Db, query: ListQuery<TransferRow>): Promise<Page<TransferRow>> {
  return transfers.list(db, query);
}

/** Removes the offers of a volume, whoever made them; tells whether there was one. Repeatable. */
export async function removeTransfersOf(db: Db, volumeId: string): Promise<boolean> {
  return (await write(db, 'DELETE FROM "volume_transfers" WHERE "volumeId" = ?', [volumeId])) > 0;
}
