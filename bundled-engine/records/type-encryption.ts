// Encryption records of volume types in the records. Invariant: they are found by their type, whose
// only one they are.
import type { Db } from './database';
import { presentMoment } from './moment';
import { typeEncryptionTable } from './rows/type-encryption-row';
import type {
  NewTypeEncryption,
  TypeEncryptionPatch,
  TypeEncryptionRow,
} from './rows/type-encryption-row';
import type { SqlValue } from './rows/table-shape';
import { Table, write } from './table';

const records = new Table<TypeEncryptionRow>(typeEncryptionTable);

/** Inserts a record and gives the whole row. Fails where the type has one. */
export function insertTypeEncryption(db: Db, row: NewTypeEncryption): Promise<TypeEncryptionRow> {
  return records.insert(db, row);
}

/** The type's record, or undefined. */
export async function findTypeEncryption(
  db: Db,
  volumeTypeId: string,
): Promise<TypeEncryptionRow | undefined> {
  const [row] = await records.where(db, [
    { sql: '"volumeTypeId" = ?', parameters: [volumeTypeId] },
  ]);
  return row;
}

/** Changes what is given; tells whether the type has a record. Repeatable. */
export async function updateTypeEncryption(
  db: Db,
  volumeTypeId: string,
  patch: TypeEncryptionPatch,
): Promise<boolean> {
  const given: [string, SqlValue][] = [
    ['updatedAt', presentMoment()],
    ...Object.entries(patch).filter((entry): entry is [string, SqlValue] => {
      return entry[1] !== undefined;
    }),
  ];
  const assignments = given.map(([name]) => `"${name}" = ?`).join(', ');
  const sql = `UPDATE "volume_type_encryption" SET ${assignments} WHERE "volumeTypeId" = ?`;
  return (await write(db, sql, [...given.map(([, value]) => value), volumeTypeId])) > 0;
}

/** Removes the type's record; tells whether there was one. Repeatable. */
export async function removeTypeEncryption(db: Db, volumeTypeId: string): Promise<boolean> {
  const sql = 'DELETE FROM "volume_type_encryption" WHERE "volumeTypeId" = ?';
  return (await write(db, sql, [volumeTypeId])) > 0;
}
