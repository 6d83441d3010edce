// What can go wrong with the records as a whole. Invariant: a database that this program does not
// understand is refused, never altered.
import { defineFaults } from '../../schema/kernel/fault';

/** Makers of the faults of the records. */
export const recordsFaults = defineFaults({
  databaseNewer: {
    http: 500,
    message: (details: { file: string; found: number; known: number }) =>
      `could not open the records in ${details.file}: they have migration ${details.found}, and ` +
      `this program knows ${details.known} at the most; run the newer version that wrote them`,
  },
  databaseAltered: {
    http: 500,
    message: (details: { file: string; migration: string }) =>
      `could not open the records in ${details.file}: migration ${details.migration} there is ` +
      'not the one of this program (its checksum differs); run the version that wrote them',
  },
  databaseUnusable: {
    http: 500,
    message: (details: { file: string; reason: string }) =>
      `could not open the records in ${details.file}: ${details.reason}; expected a SQLite ` +
      'database that this program may read and write: check its owner, mode and free space, ' +
      'or restore it from a copy',
  },
  migrationFailed: {
    http: 500,
    message: (details: { file: string; migration: string; reason: string }) =>
      `could not bring the records in ${details.file} to migration ${details.migration}: ` +
      `${details.reason}; nothing of it was kept, and the records are as before`,
  },
});

/** SQLITE_FULL (sqlite.org/rescode.html). */
const fullCode = 13;

/** Whether what the records threw means that their disk has no room; nothing was written then. */
export function isDiskFull(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === fullCode
  );
}
