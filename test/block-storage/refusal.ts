// What a refusal is: an error of the API that leaves every record as it was.
import type { EngineUnderTest } from './engine-under-test';

type Call = () => Promise<{ status: number; body: unknown }>;

/** All that a refusal must leave alone. */
async function stateOf(under: EngineUnderTest): Promise<unknown> {
  const { database } = under.engine.parts;
  const tables = [
    'volumes',
    'snapshots',
    'backups',
    'images',
    'jobs',
    'volume_transfers',
    'quota_usage',
    'volume_types',
    'volume_attachments',
    'volume_connections',
    'volume_type_encryption',
    'default_volume_types',
    'qos_specs',
  ];
  return Promise.all(tables.map((table) => database.rows(`SELECT * FROM "${table}"`, [])));
}

/** Makes the assertion that a call is refused with one of the codes and changes nothing. */
export function refusal(
  under: () => EngineUnderTest,
): (call: Call, status: number | readonly number[]) => Promise<void> {
  return async (call, status) => {
    const before = await stateOf(under());
    const answer = await call();
    const allowed = typeof status === 'number' ? [status] : status;
    expect([answer.body, allowed]).toEqual([answer.body, expect.arrayContaining([answer.status])]);
    expect(await stateOf(under())).toEqual(before);
  };
}
