// QoS specs in the records, and which volume types carry them. Invariant: a type carries one at the
// most, and none that is not there: who removes specs takes them from all types in the same
// transaction.
import type { Db, Tx } from './database';
import type { ListQuery } from './list-query';
import { presentMoment } from './moment';
import { qosSpecsTable } from './rows/qos-specs-row';
import type { NewQosSpecs, QosSpecsRow } from './rows/qos-specs-row';
import { Table } from './table';
import type { Page } from './table';

const qosSpecs = new Table<QosSpecsRow>(qosSpecsTable);

/** Inserts specs and gives the whole row. Fails where the name is taken. */
export function insertQosSpecs(db: Db, row: NewQosSpecs): Promise<QosSpecsRow> {
  return qosSpecs.insert(db, row);
}

/** The specs of that id, or undefined. */
export function findQosSpecs(db: Db, id: string): Promise<QosSpecsRow | undefined> {
  return qosSpecs.find(db, id);
}

/** The specs of that name, or undefined. */
export async function findQosSpecsByName(db: Db, name: string): Promise<QosSpecsRow | undefined> {
  const [row] = await qosSpecs.where(db, [{ sql: '"name" = ?', parameters: [name] }]);
  return row;
}

/** The specs that a type carries, or undefined. */
export async function qosSpecsOfType(
  db: Db,
  volumeTypeId: string,
): Promise<QosSpecsRow | undefined> {
  const [row] = await qosSpecs.where(db, [
    {
      sql: '"id" = (SELECT "qosSpecsId" FROM "volume_types" t WHERE t."id" = ?)',
      parameters: [volumeTypeId],
    },
  ]);
  return row;
}

/** A page of specs; they belong to no project. */
export function listQosSpecs(db: Db, query: ListQuery<QosSpecsRow>): Promise<Page<QosSpecsRow>> {
  return qosSpecs.list(db, { ...query, projectId: null });
}

/** Changes the given columns; tells whether the specs were there. Repeatable. */
export function updateQosSpecs(db: Db, id: string, patch: Partial<QosSpecsRow>): Promise<boolean> {
  return qosSpecs.update(db, id, patch);
}

/** Takes the specs from all types that carry them. Repeatable. */
export async function disassociateFromAll(db: Db, id: string): Promise<void> {
  await db.run(
    'UPDATE "volume_types" SET "qosSpecsId" = NULL, "updatedAt" = ? WHERE "qosSpecsId" = ?',
    [presentMoment(), id],
  );
}

/** Removes the specs, from types that carry them too. Repeatable. */
export async function removeQosSpecs(tx: Tx, id: string): Promise<void> {
  await disassociateFromAll(tx, id);
  await qosSpecs.remove(tx, id);
}
