// What an administrator has said of the services. Invariant: a service without a row is as it is
// from the start: enabled and not frozen.
import type { Db } from './database';

/** Which service is meant: a program on a host. */
export interface ServiceKey {
  readonly binary: string;
  readonly host: string;
}

/** What can be said of a service. */
export interface ServiceState {
  readonly isDisabled: boolean;
  readonly disabledReason: string | null;
  readonly isFrozen: boolean;
}

/** The state of a service of which nothing was said. */
export const untouched: ServiceState = { isDisabled: false, disabledReason: null, isFrozen: false };

/** Every service of which something was said. */
export async function listServiceStates(db: Db): Promise<(ServiceKey & ServiceState)[]> {
  const rows = await db.rows('SELECT * FROM "service_states" ORDER BY "binary", "host"', []);
  return rows.map((row) => ({
    binary: String(row.binary),
    host: String(row.host),
    isDisabled: row.isDisabled === 1,
    disabledReason: row.disabledReason === null ? null : String(row.disabledReason),
    isFrozen: row.isFrozen === 1,
  }));
}

/** Records the whole state of a service in place of what was said before. Repeatable. */
export async function saveServiceState(
  db: Db,
  { binary, host }: ServiceKey,
  { isDisabled, disabledReason, isFrozen }: ServiceState,
): Promise<void> {
  await db.run(
    'INSERT INTO "service_states" ("binary", "host", "isDisabled", "disabledReason", "isFrozen") ' +
      'VALUES (?, ?, ?, ?, ?) ON CONFLICT ("binary", "host") DO UPDATE SET ' +
      '"isDisabled" = excluded."isDisabled", "disabledReason" = excluded."disabledReason", ' +
      '"isFrozen" = excluded."isFrozen"',
    [binary, host, isDisabled ? 1 : 0, disabledReason, isFrozen ? 1 : 0],
  );
}
