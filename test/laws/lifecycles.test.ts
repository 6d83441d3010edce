// Laws that every lifecycle table keeps. They make the tables safe to execute: the engine recovers
// by them, the client waits by them.
import {
  allStatuses,
  any,
  endsIn,
  failsIn,
  isAtLeast,
  origin,
  ownerOf,
  startsIn,
} from '../../schema/kernel/lifecycle';
import type { Lifecycle, OperationRow } from '../../schema/kernel/lifecycle';
import { backupLifecycle } from '../../schema/lifecycles/backup';
import { groupLifecycle } from '../../schema/lifecycles/group';
import { groupSnapshotLifecycle } from '../../schema/lifecycles/group-snapshot';
import { imageLifecycle } from '../../schema/lifecycles/image';
import { snapshotLifecycle } from '../../schema/lifecycles/snapshot';
import { volumeLifecycle } from '../../schema/lifecycles/volume';

const tables: Lifecycle[] = [
  volumeLifecycle,
  snapshotLifecycle,
  backupLifecycle,
  imageLifecycle,
  groupLifecycle,
  groupSnapshotLifecycle,
];

/** A compute service may announce an attachment while an image is still being copied in. */
const mayBeginEarly: Readonly<Record<string, readonly string[]>> = {
  'volume reserve': ['downloading'],
};

const rowsOf = (table: Lifecycle): [string, OperationRow<string>][] =>
  Object.entries(table.operations);
const endings = (row: OperationRow<string>): string[] => [
  ...(row.done === origin ? row.from : row.done),
  ...(row.failed === origin ? row.from : [row.failed]),
];

function reachable(table: Lifecycle): Set<string> {
  const seen = new Set<string>();
  for (let size = -1; size !== seen.size;) {
    size = seen.size;
    for (const [, row] of rowsOf(table)) {
      if (row.from.length > 0 && !row.from.some((status) => seen.has(status))) continue;
      for (const status of [...row.via, ...endings(row)]) seen.add(status);
    }
  }
  return seen;
}

describe.each(tables.map((table) => [table.noun, table] as const))('%s lifecycle', (_, table) => {
  it('reaches every status from nothing', () => {
    expect([...reachable(table)].sort()).toEqual([...allStatuses(table)].sort());
  });

  it('has one owner for each transient status and none for others', () => {
    for (const [status, row] of Object.entries(table.statuses)) {
      const owners = rowsOf(table).filter(([, operation]) => operation.via.includes(status));
      expect([status, owners.length]).toEqual([status, row.kind === 'transient' ? 1 : 0]);
    }
  });

  it('never starts an operation in a transient status, but for removal', () => {
    for (const [name, row] of rowsOf(table)) {
      if (name === 'delete') continue;
      const busy = row.from.filter((status) => table.statuses[status]?.kind === 'transient');
      expect([name, busy]).toEqual([name, mayBeginEarly[`${table.noun} ${name}`] ?? []]);
    }
  });

  it('leaves no stable status without a way on, and no final status with one', () => {
    for (const [status, row] of Object.entries(table.statuses)) {
      const ways = rowsOf(table).filter(([, operation]) =>
        startsIn(table, operation, { forced: true, version: '3.70' }).includes(status),
      );
      const rests = row.kind === 'stable' || row.kind === 'held';
      if (rests) expect([status, ways.length > 0]).toEqual([status, true]);
      if (row.kind === 'final') {
        expect(rowsOf(table).filter(([, o]) => o.from.includes(status))).toEqual([]);
      }
    }
  });

  it('ends every operation in statuses that rest', () => {
    for (const [name, row] of rowsOf(table)) {
      const restless = endings(row).filter((s) => table.statuses[s]?.kind === 'transient');
      const early = mayBeginEarly[`${table.noun} ${name}`] ?? [];
      expect([name, restless]).toEqual([name, name === 'delete' ? restless : early]);
    }
  });

  it('cites an authority for every row and a meaning for every status', () => {
    for (const [, row] of rowsOf(table)) expect(row.source.length).toBeGreaterThan(5);
    for (const row of Object.values(table.statuses)) expect(row.meaning.length).toBeGreaterThan(3);
  });
});

describe('the lifecycle kernel', () => {
  const { operations } = volumeLifecycle;

  it('widens where an operation may start by force and by microversion', () => {
    const row = operations.backup;
    expect(startsIn(volumeLifecycle, row)).toEqual(['available']);
    expect(startsIn(volumeLifecycle, row, { forced: true })).toEqual(['available', 'in-use']);
    expect(startsIn(volumeLifecycle, operations.extend, { version: '3.41' })).toEqual([
      'available',
    ]);
    expect(startsIn(volumeLifecycle, operations.extend, { version: '3.42' })).toContain('in-use');
    expect(operations.delete.fromForced).toBe(any);
    expect(startsIn(volumeLifecycle, operations.delete, { forced: true })).toContain('creating');
  });

  it('goes back to the origin where the table says so', () => {
    expect(endsIn(operations.retype, 'in-use')).toEqual(['in-use']);
    expect(failsIn(operations.retype, 'in-use')).toBe('in-use');
    expect(endsIn(operations.create, 'creating')).toEqual(['available']);
    expect(failsIn(operations.extend, 'available')).toBe('error_extending');
  });

  it('names the operation that a crash interrupted', () => {
    expect(ownerOf(volumeLifecycle, 'extending')).toBe('extend');
    expect(ownerOf(volumeLifecycle, 'available')).toBeUndefined();
  });

  it('compares microversions by their numbers', () => {
    expect(isAtLeast('3.9', '3.42')).toBe(false);
    expect(isAtLeast('3.42', '3.42')).toBe(true);
    expect(isAtLeast('4.0', '3.70')).toBe(true);
  });
});
