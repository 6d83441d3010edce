// How every store of records lists: in any order, page by page, by any filter.
import * as fc from 'fast-check';
import type { Database } from '../../bundled-engine/records/database';
import type { SortKey } from '../../bundled-engine/records/list-query';
import { newUuid } from '../../bundled-engine/records/new-id';
import type { VolumeRow } from '../../bundled-engine/records/rows/volume-row';
import { isUnknownMarker } from '../../bundled-engine/records/table';
import { countVolumes, listVolumes, updateVolume } from '../../bundled-engine/records/volumes';
import { insertVolumes } from '../records/sample-rows';

const sortable = ['name', 'sizeGib', 'status', 'updatedAt', 'createdAt', 'id'] as const;
const volumeShapes = fc.array(
  fc.record({
    name: fc.constantFrom(null, 'a', 'b', 'B', ''),
    sizeGib: fc.integer({ min: 1, max: 3 }),
    status: fc.constantFrom('available', 'error'),
    updatedAt: fc.constantFrom(null, '2026-01-01T00:00:00.000000', '2026-01-02T00:00:00.000000'),
  }),
  { maxLength: 12 },
);
const sortKeys = fc.uniqueArray(
  fc.record({
    key: fc.constantFrom(...sortable),
    direction: fc.constantFrom('asc' as const, 'desc' as const),
  }),
  { maxLength: 3, selector: ({ key }) => key },
);

/** Registers the tests of lists; part of describeRecords. */
export function describeLists(current: () => Database): void {
  it('pages through any order without a gap or a repeat', async () => {
    await fc.assert(
      fc.asyncProperty(volumeShapes, sortKeys, fc.integer({ min: 1, max: 4 }), async (...drawn) => {
        const [shapes, sort, limit] = drawn;
        const projectId = newUuid();
        const rows = await insertVolumes(
          current(),
          shapes.map((shape) => ({ ...shape, projectId })),
        );
        const seen = await walk(current(), { projectId, sort, limit });
        expect(seen).toEqual(sorted(rows, sort).map((row) => row.id));
      }),
      { numRuns: 60 },
    );
  });

  it('is newest first when nothing else is asked', async () => {
    const rows = await insertVolumes(current(), [{}, {}, {}]);
    expect(await walk(current(), { projectId: null, sort: [], limit: 2 })).toEqual(
      rows.map((row) => row.id).toReversed(),
    );
  });

  it('filters by columns, parts of a name, pairs and moments, and counts the same', async () => {
    const [first, second] = await insertVolumes(current(), [
      { name: 'a%b', status: 'error', metadata: { k: 'v', n: '1' }, bootable: true },
      { name: 'axb', metadata: { k: 'v' } },
      { name: null, metadata: { k: 'w' }, isInternal: true },
    ]);
    const idsOf = async (query: object): Promise<string[]> => {
      const page = await listVolumes(current(), { projectId: null, ...query });
      if (isUnknownMarker(page)) throw new Error('unknown marker');
      const count = await countVolumes(current(), { projectId: null, ...query });
      expect(count).toBe(page.rows.length);
      return page.rows.map((row) => row.id);
    };
    expect(await idsOf({ filters: { status: 'error' } })).toEqual([first?.id]);
    expect(await idsOf({ filters: { status: ['error', 'available'] } })).toHaveLength(2);
    expect(await idsOf({ filters: { bootable: true } })).toEqual([first?.id]);
    expect(await idsOf({ filters: { isInternal: true } })).toHaveLength(1);
    expect(await idsOf({ contains: { name: '%' } })).toEqual([first?.id]);
    expect(await idsOf({ pairs: { metadata: { k: 'v' } } })).toEqual([second?.id, first?.id]);
    expect(await idsOf({ pairs: { metadata: { k: 'v', n: '1' } } })).toEqual([first?.id]);
    const createdAt = second?.createdAt ?? '';
    const compare = [{ key: 'createdAt', how: 'gte', value: createdAt }];
    expect(await idsOf({ compare })).toEqual([second?.id]);
    await updateVolume(current(), first?.id ?? '', { metadata: { k: 'w' } });
    expect(await idsOf({ pairs: { metadata: { k: 'v' } } })).toEqual([second?.id]);
  });

  it('says so when the marker is unknown or not the caller’s', async () => {
    const [volume] = await insertVolumes(current(), [{}]);
    const markerId = volume?.id ?? '';
    const page = await listVolumes(current(), { projectId: 'another', markerId });
    expect(page).toEqual({ unknownMarker: markerId });
    const nothing = await listVolumes(current(), { projectId: null, markerId: 'x' });
    expect(isUnknownMarker(nothing)).toBe(true);
  });

  it('refuses a column that the table does not have', async () => {
    const sort = [{ key: 'id"; DROP TABLE volumes; --' as 'id', direction: 'asc' as const }];
    await expect(listVolumes(current(), { projectId: null, sort })).rejects.toThrow(
      'it has no such column',
    );
  });
}

interface Walk {
  readonly projectId: string | null;
  readonly sort: SortKey<VolumeRow>[];
  readonly limit: number;
}

async function walk(database: Database, query: Walk): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const markerId = seen.at(-1);
    const page = await listVolumes(database, { ...query, ...(markerId ? { markerId } : {}) });
    if (isUnknownMarker(page)) throw new Error(`marker ${markerId} is unknown`);
    expect(page.rows.length).toBeLessThanOrEqual(query.limit);
    seen.push(...page.rows.map((row) => row.id));
    if (!page.hasMore) return seen;
  }
}

// The order as plain JavaScript says it: nulls first when rising, creation and id at the end.
function sorted(rows: VolumeRow[], sort: readonly SortKey<VolumeRow>[]): VolumeRow[] {
  const direction = sort.at(-1)?.direction ?? 'desc';
  const rest = (['createdAt', 'id'] as const).map((key) => ({ key, direction }));
  return [...rows].sort((a, b) => {
    for (const each of [...sort, ...rest]) {
      const [x, y] = [a[each.key], b[each.key]];
      if (x === y) continue;
      const rises = x === null || (y !== null && x < y);
      return rises === (each.direction === 'asc') ? -1 : 1;
    }
    return 0;
  });
}
