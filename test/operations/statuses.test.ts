// The statuses that things pass are those of the lifecycle tables, in their order: every change of
// a status is recorded by the database itself, so none is missed.
import { endsIn, ownerOf } from '../../schema/kernel/lifecycle';
import type { Lifecycle } from '../../schema/kernel/lifecycle';
import { backupLifecycle } from '../../schema/lifecycles/backup';
import { imageLifecycle } from '../../schema/lifecycles/image';
import { snapshotLifecycle } from '../../schema/lifecycles/snapshot';
import { volumeLifecycle } from '../../schema/lifecycles/volume';
import { DriverError } from '../../bundled-engine/drivers/driver-error';
import { admitCreateVolume } from '../../bundled-engine/operations/admission/new-volume';
import { write } from '../../bundled-engine/records/table';
import { stories } from './stories';
import { newWorld } from './world';
import type { World } from './world';

const tables = {
  volumes: volumeLifecycle,
  snapshots: snapshotLifecycle,
  backups: backupLifecycle,
  images: imageLifecycle,
};
type Table = keyof typeof tables;

async function recordStatuses(world: World): Promise<void> {
  const run = (sql: string): Promise<unknown> => write(world.database, sql, []);
  await run(
    'CREATE TABLE "seen" ("n" INTEGER PRIMARY KEY, "thing" TEXT, "id" TEXT, "status" TEXT)',
  );
  for (const table of Object.keys(tables)) {
    const note = (row: string, status: string): string =>
      `INSERT INTO "seen" ("thing", "id", "status") VALUES ('${table}', ${row}."id", ${status});`;
    await run(
      `CREATE TRIGGER "${table}_seen_in" AFTER INSERT ON "${table}" ` +
        `BEGIN ${note('new', 'new."status"')} END`,
    );
    await run(
      `CREATE TRIGGER "${table}_seen" AFTER UPDATE OF "status" ON "${table}" ` +
        `WHEN old."status" <> new."status" BEGIN ${note('new', 'new."status"')} END`,
    );
    await run(
      `CREATE TRIGGER "${table}_seen_out" AFTER DELETE ON "${table}" ` +
        `BEGIN ${note('old', "'deleted'")} END`,
    );
  }
}

/** The sequence of each thing, as in `volumes: creating available`. */
async function seen(world: World): Promise<string[]> {
  const rows = await world.database.rows(
    'SELECT "thing", "id", "status" FROM "seen" ORDER BY "n"',
    [],
  );
  const sequences = new Map<string, string[]>();
  for (const { thing, id, status } of rows) {
    const key = `${String(thing)} ${String(id)}`;
    sequences.set(key, [...(sequences.get(key) ?? []), String(status)]);
  }
  return [...sequences].map(([key, list]) => `${key.split(' ')[0]}: ${list.join(' ')}`);
}

const expected: Readonly<Record<string, readonly string[]>> = {
  'create-volume: blank': ['volumes: creating available'],
  'create-volume: from an image': ['volumes: creating downloading available'],
  'create-volume: from a snapshot': ['volumes: creating available'],
  'create-volume: from a volume of another pool': ['volumes: creating available'],
  'create-volume: from a backup': [
    'backups: restoring available',
    'volumes: creating restoring-backup available',
  ],
  'delete-volume: with its snapshots and the checkpoint of its backup': [
    'snapshots: deleting deleted',
    'volumes: deleting deleted',
  ],
  'extend-volume: by two GiB': ['volumes: extending available'],
  'retype-volume: to another pool': ['volumes: retyping available'],
  'upload-volume: exported as qcow2': [
    'images: queued saving active',
    'volumes: uploading available',
  ],
  'create-snapshot: of a volume': ['snapshots: creating available'],
  'delete-snapshot: of a volume': ['snapshots: deleting deleted'],
  'create-backup: as an increment': [
    'backups: creating available',
    'volumes: backing-up available',
  ],
  'restore-backup: onto a volume': [
    'backups: restoring available',
    'volumes: restoring-backup available',
  ],
  'delete-backup: of a volume': ['backups: deleting deleted'],
  'migrate-volume: locked meanwhile': ['volumes: maintenance available'],
  'revert-volume: to its latest snapshot': [
    'snapshots: restoring available',
    'volumes: reverting available',
  ],
  'reimage-volume: with the bytes of an image': ['volumes: downloading available'],
  'manage-volume: takes over what was let go of': ['volumes: managing available'],
  'unmanage-volume: leaves its bytes in the pool': ['volumes: unmanaging deleted'],
  'manage-snapshot: takes over what was let go of': ['snapshots: creating available'],
  'unmanage-snapshot: leaves its bytes in the pool': ['snapshots: unmanaging deleted'],
};

describe('statuses pass as the tables say', () => {
  it.each(Object.entries(expected))('%s', async (name, sequences) => {
    const story = stories.find(({ operation, title }) => `${operation}: ${title}` === name);
    if (!story) throw new Error(`no story ${name}`);
    // On the temporary folder nothing can be shared unless its file system has reflinks.
    const world = await newWorld();
    try {
      const told = await story.prepare(world);
      await world.idle();
      await recordStatuses(world);
      await told.start();
      await world.idle();
      const clones = world.parts.pools[0]?.driver.abilities.clones;
      const wanted = clones ? sequences.map((each) => each.replace(' downloading', '')) : sequences;
      expect((await seen(world)).sort()).toEqual([...wanted].sort());
      expectInTables(await seen(world));
    } finally {
      await world.close();
    }
  });
});

/**
 * Every transient status has one owner in its table, and the last status is where that owner ends.
 */
function expectInTables(sequences: readonly string[]): void {
  for (const sequence of sequences) {
    const [table = '', list = ''] = sequence.split(': ');
    const lifecycle: Lifecycle = tables[table as Table];
    const statuses = list.split(' ');
    const last = statuses.at(-1) ?? '';
    for (const status of statuses.slice(0, -1)) {
      if (lifecycle.statuses[status]?.kind !== 'transient') continue;
      const owner = ownerOf(lifecycle, status);
      const row = lifecycle.operations[owner ?? ''];
      if (!row) throw new Error(`${table} has no owner of ${status}`);
      expect(endsIn(row, 'available')).toContain(last);
    }
  }
}

describe('what the storage refuses', () => {
  const blank = {
    name: null,
    description: null,
    sizeGib: 1,
    volumeType: null,
    availabilityZone: null,
    metadata: {},
    imageRef: null,
    snapshotId: null,
    sourceVolumeId: null,
    backupId: null,
  };
  const textOf = async (world: World, id: string): Promise<string> => {
    const rows = await world.database.rows(
      'SELECT "userMessage" FROM "messages" WHERE "resourceId" = ? ORDER BY "createdAt" DESC',
      [id],
    );
    return String(rows[0]?.userMessage);
  };

  it('is told to the user in words, without paths', async () => {
    const world = await newWorld();
    try {
      const { fail, heal } = world.faulty.one;
      for (const [reason, text] of [
        ['full', 'The storage has no space left.'],
        ['refused', 'The storage refused it: no file here'],
        ['bug', 'The storage failed; see the engine log.'],
      ] as const) {
        fail({
          method: 'createBlank',
          when: 'before',
          error: new DriverError(reason, 'no file /secret/place/here'),
        });
        const { id } = await admitCreateVolume(world.parts, world.asker, blank);
        await world.idle();
        expect(await textOf(world, id)).toBe(
          `create volume from backend storage:Driver failed to create the volume. ${text}`,
        );
        heal();
      }
      await world.expectTidy();
    } finally {
      await world.close();
    }
  });

  it.each(['before', 'after'] as const)(
    'leaves no debris when each call of the driver fails %s its effect, and can be tried again',
    async (when) => {
      for (const story of stories.filter(({ operation }) => operation !== 'delete-image-volume')) {
        const world = await newWorld();
        try {
          const told = await story.prepare(world);
          await world.idle();
          const before = world.faulty.one.calls.length;
          const beforeTwo = world.faulty.two.calls.length;
          // Every call of both pools fails once. A handle that opens and then fails would be lost
          // with its error: that is the seam's doing.
          const opening = when === 'before' ? ['openReader', 'openWriter'] : [];
          for (const { fail } of [world.faulty.one, world.faulty.two]) {
            for (const method of [
              'createBlank',
              'createFromImage',
              'createFromVolume',
              'createFromSnapshot',
              'grow',
              'remove',
              'createSnapshot',
              'removeSnapshot',
              'createCheckpoint',
              ...opening,
              'exportImage',
              'writer.write',
              'reader.read',
            ]) {
              fail({ method, when, times: 1 });
            }
          }
          await told.start();
          await world.idle();
          expect(
            world.faulty.one.calls.length + world.faulty.two.calls.length,
          ).toBeGreaterThanOrEqual(before + beforeTwo);
          await world.expectTidy();
        } finally {
          await world.close();
        }
      }
    },
  );

  it('a busy volume stays available, and its snapshots too', async () => {
    const world = await newWorld();
    try {
      const story = stories.find(({ operation }) => operation === 'delete-snapshot');
      const told = await story?.prepare(world);
      await world.idle();
      world.faulty.one.fail({
        method: 'removeSnapshot',
        when: 'before',
        error: new DriverError('busy', 'in use'),
      });
      await told?.start();
      await world.idle();
      const rows = await world.database.rows('SELECT "status" FROM "snapshots"', []);
      expect(rows).toEqual([{ status: 'available' }]);
    } finally {
      await world.close();
    }
  });
});
