// What every store of records must do, whatever it is made of. Invariant: only the functions of the
// records are used, so the same suite runs over SQLite and over any store that comes later.
import type { Database } from '../../bundled-engine/records/database';
import { insertSnapshot, removeSnapshot } from '../../bundled-engine/records/snapshots';
import { snapshotsOfVolume } from '../../bundled-engine/records/snapshots';
import { returnToOrigin, transition, transitionAll } from '../../bundled-engine/records/transition';
import { findVolume, insertVolume, listVolumes } from '../../bundled-engine/records/volumes';
import { removeVolume, updateVolume } from '../../bundled-engine/records/volumes';
import { newUuid } from '../../bundled-engine/records/new-id';
import { insertVolumes, sampleProject } from '../records/sample-rows';
import { sampleSnapshot, sampleVolume } from '../records/sample-rows';
import { describeLists } from './records-lists';
import { describeQuotas } from './records-quotas';

/** How to open an empty store, and close and remove it. */
export type OpenStore = () => Promise<{ database: Database; close(): Promise<void> }>;

/** Registers the suite for one store. */
export function describeRecords(store: string, open: OpenStore): void {
  describe(`records in ${store}`, () => {
    let database: Database;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ database, close } = await open());
    });
    afterEach(() => close());
    const current = (): Database => database;
    describeRows(current);
    describeTransitions(current);
    describeLists(current);
    describeQuotas(current);
  });
}

function describeRows(current: () => Database): void {
  it('gives back what was recorded, and what was left out as blank', async () => {
    const given = sampleVolume({
      name: 'data\u0001 "quoted" é',
      metadata: { k: 'v', 'a.b"c': '' },
      driverData: { format: 'raw', sizes: [1, 2] },
      bootable: true,
    });
    const inserted = await insertVolume(current(), given);
    const found = await findVolume(current(), given.id);
    expect(found).toMatchObject({ ...inserted, ...given, volumeTypeName: null });
    expect(found).toMatchObject({ encrypted: false, attachStatus: 'detached', updatedAt: null });
    expect(found?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  });

  it('keeps any text whole, also one with a NUL in it', async () => {
    const name = 'a\u0000b\u2028"\'\\ \u{1F600}';
    const { id } = await insertVolume(
      current(),
      sampleVolume({ name, metadata: { [name]: name } }),
    );
    expect(await findVolume(current(), id)).toMatchObject({ name, metadata: { [name]: name } });
    const named = await listVolumes(current(), { projectId: null, filters: { name } });
    expect(named).toMatchObject({ rows: [{ id }] });
    const paired = await listVolumes(current(), {
      projectId: null,
      pairs: { metadata: { [name]: name } },
    });
    expect(paired).toMatchObject({ rows: [{ id }] });
  });

  it("holds another project's thing for absent", async () => {
    const [volume] = await insertVolumes(current(), [{}]);
    const id = volume?.id ?? '';
    expect(await findVolume(current(), id, { projectId: sampleProject })).toBeDefined();
    expect(await findVolume(current(), id, { projectId: 'another' })).toBeUndefined();
    const page = await listVolumes(current(), { projectId: 'another' });
    expect(page).toEqual({ rows: [], hasMore: false });
  });

  it('stamps a change, and tells whether there was something to change', async () => {
    const [volume] = await insertVolumes(current(), [{}]);
    const id = volume?.id ?? '';
    expect(await updateVolume(current(), id, { name: 'new', metadata: { a: 'b' } })).toBe(true);
    const found = await findVolume(current(), id);
    expect(found).toMatchObject({ name: 'new', metadata: { a: 'b' } });
    expect(found?.updatedAt).toEqual(expect.any(String));
    expect(await updateVolume(current(), newUuid(), { name: 'new' })).toBe(false);
    expect(await removeVolume(current(), id)).toBe(true);
    expect(await removeVolume(current(), id)).toBe(false);
  });

  it('will not remove a volume that has snapshots', async () => {
    const [volume] = await insertVolumes(current(), [{}]);
    if (!volume) throw new Error('no volume was inserted');
    const snapshot = await insertSnapshot(current(), sampleSnapshot(volume));
    await expect(removeVolume(current(), volume.id)).rejects.toThrow(/FOREIGN KEY/i);
    expect(await snapshotsOfVolume(current(), volume.id)).toHaveLength(1);
    await removeSnapshot(current(), snapshot.id);
    expect(await removeVolume(current(), volume.id)).toBe(true);
  });

  it('keeps all of a transaction or nothing', async () => {
    const id = newUuid();
    const work = current().transaction(async (tx) => {
      await insertVolume(tx, sampleVolume({ id }));
      expect(await findVolume(tx, id)).toBeDefined();
      expect(await findVolume(current(), id)).toBeUndefined();
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await findVolume(current(), id)).toBeUndefined();
  });
}

function describeTransitions(current: () => Database): void {
  it('moves a thing only from where it may start, and remembers the origin', async () => {
    const [volume] = await insertVolumes(current(), [{ status: 'in-use' }]);
    const id = volume?.id ?? '';
    const move = { from: ['available', 'in-use'], to: 'backing-up' };
    expect(await transition(current(), 'volumes', id, move)).toBe(true);
    expect(await transition(current(), 'volumes', id, move)).toBe(false);
    expect(await findVolume(current(), id)).toMatchObject({
      status: 'backing-up',
      previousStatus: 'in-use',
    });
    expect(await returnToOrigin(current(), 'volumes', id, ['available'])).toBe(false);
    expect(await returnToOrigin(current(), 'volumes', id, ['backing-up'])).toBe(true);
    expect(await findVolume(current(), id)).toMatchObject({ status: 'in-use' });
  });

  it('keeps the origin over a way station', async () => {
    const [volume] = await insertVolumes(current(), [{ status: 'error' }]);
    const id = volume?.id ?? '';
    await transition(current(), 'volumes', id, { from: 'any', to: 'creating' });
    const station = { from: ['creating'], to: 'downloading', remember: false };
    await transition(current(), 'volumes', id, station);
    expect(await findVolume(current(), id)).toMatchObject({ previousStatus: 'error' });
  });

  it('lets exactly one of many callers have it', async () => {
    const [volume] = await insertVolumes(current(), [{}]);
    const id = volume?.id ?? '';
    const move = { from: ['available'], to: 'deleting' };
    const tries = Array.from({ length: 20 }, () => transition(current(), 'volumes', id, move));
    const won = (await Promise.all(tries)).filter(Boolean);
    expect(won).toHaveLength(1);
  });

  it('moves all of several things or none', async () => {
    const rows = await insertVolumes(current(), [{}, {}, { status: 'error' }]);
    const [a, b, c] = rows.map((row) => row.id);
    const move = { from: ['available'], to: 'deleting' };
    const moveAll = (ids: (string | undefined)[]): Promise<boolean> =>
      current().transaction((tx) => transitionAll(tx, 'volumes', ids.map(String), move));
    expect(await moveAll([a, b, c])).toBe(false);
    expect(await findVolume(current(), String(a))).toMatchObject({ status: 'available' });
    expect(await moveAll([a, b, b])).toBe(true);
    expect(await findVolume(current(), String(b))).toMatchObject({
      status: 'deleting',
      previousStatus: 'available',
    });
  });
}
