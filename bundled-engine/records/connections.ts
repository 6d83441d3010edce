// Connections of hosts to volumes in the records. Invariant: a volume is to be exported exactly
// while it has a row here.
import type { Db } from './database';
import { connectionTable } from './rows/attachment-row';
import type { ConnectionRow } from './rows/attachment-row';
import { Table } from './table';

const connections = new Table<ConnectionRow>(connectionTable);

/** Records a connection, in place of one of the same id. Repeatable. */
export async function putConnection(db: Db, row: Omit<ConnectionRow, 'createdAt'>): Promise<void> {
  await connections.remove(db, row.id);
  await connections.insert(db, row);
}

/** All connections of a volume. */
export function connectionsOfVolume(db: Db, volumeId: string): Promise<ConnectionRow[]> {
  return connections.where(db, [{ sql: '"volumeId" = ?', parameters: [volumeId] }]);
}

/** Removes a connection; tells whether it was there. Repeatable. */
export function removeConnection(db: Db, id: string): Promise<boolean> {
  return connections.remove(db, id);
}

/** Removes the connections of a volume that no attachment has; tells how many. Repeatable. */
export async function removeLooseConnections(db: Db, volumeId: string): Promise<number> {
  const sql = 'DELETE FROM "volume_connections" WHERE "volumeId" = ? AND "attachmentId" IS NULL';
  return (await db.run(sql, [volumeId])).changes;
}

/** Ids of all volumes that are to be exported. */
export async function connectedVolumes(db: Db): Promise<string[]> {
  const rows = await db.rows('SELECT DISTINCT "volumeId" FROM "volume_connections"', []);
  return rows.map(({ volumeId }) => String(volumeId));
}
