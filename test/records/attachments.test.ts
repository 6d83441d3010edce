// Attachments and connections in the records: they go with what they hang on, a page of volumes
// finds its attachments by an index, and another project's are absent.
import { randomUUID } from 'node:crypto';
import {
  attachedTo,
  attachmentsOfVolume,
  findAttachment,
  insertAttachment,
  listAttachments,
  removeAttachment,
} from '../../bundled-engine/records/attachments';
import {
  connectedVolumes,
  connectionsOfVolume,
  putConnection,
  removeLooseConnections,
} from '../../bundled-engine/records/connections';
import type { AttachmentRow } from '../../bundled-engine/records/rows/attachment-row';
import { removeVolume } from '../../bundled-engine/records/volumes';
import { insertVolumes, sampleProject } from './sample-rows';
import { temporaryDatabase } from './temporary-database';
import type { TemporaryDatabase } from './temporary-database';

let world: TemporaryDatabase;
let volumeId = '';

beforeEach(async () => {
  world = await temporaryDatabase();
  const [volume] = await insertVolumes(world.database, [{}]);
  volumeId = volume?.id ?? '';
});

afterEach(() => world.close());

function attach(more: Partial<AttachmentRow> = {}): Promise<AttachmentRow> {
  return insertAttachment(world.database, {
    id: randomUUID(),
    volumeId,
    projectId: sampleProject,
    userId: 'u',
    attachStatus: 'attached',
    ...more,
  });
}

it('keeps what was written, and knows it for its own project alone', async () => {
  const connectionInfo = { devicePath: '/x', accessMode: 'rw' as const };
  const made = await attach({ connector: { host: 'vm', deep: [1] }, connectionInfo });
  const { database } = world;
  expect(await findAttachment(database, made.id, { projectId: sampleProject })).toEqual(made);
  expect(await findAttachment(database, made.id, { projectId: 'other' })).toBeUndefined();
});

it('gives a page of volumes those that are attached, oldest first', async () => {
  const { database } = world;
  expect(await attachedTo(database, [volumeId])).toEqual(new Map());
  const first = await attach();
  const second = await attach();
  await attach({ attachStatus: 'reserved' });
  const found = await attachedTo(database, [volumeId, randomUUID()]);
  expect([...found]).toEqual([[volumeId, [first, second]]]);
  expect(await attachedTo(database, [])).toEqual(new Map());
  expect(await attachmentsOfVolume(database, volumeId)).toHaveLength(3);
});

it('ends a connection with its attachment, and both with their volume', async () => {
  const { database } = world;
  const { id } = await attach();
  await putConnection(database, { id, volumeId, attachmentId: id, mode: 'rw' });
  const loose = { id: `${volumeId}/vm`, volumeId, attachmentId: null };
  await putConnection(database, { ...loose, mode: 'rw' });
  await putConnection(database, { ...loose, mode: 'ro' });
  expect(await connectionsOfVolume(database, volumeId)).toHaveLength(2);
  expect(await connectedVolumes(database)).toEqual([volumeId]);
  await removeAttachment(database, id);
  expect(await connectionsOfVolume(database, volumeId)).toMatchObject([{ ...loose, mode: 'ro' }]);
  expect(await removeLooseConnections(database, volumeId)).toBe(1);
  expect(await connectedVolumes(database)).toEqual([]);
  const again = await attach();
  await putConnection(database, { id: again.id, volumeId, attachmentId: again.id, mode: 'rw' });
  await removeVolume(database, volumeId);
  expect(await findAttachment(database, again.id)).toBeUndefined();
  expect(await connectedVolumes(database)).toEqual([]);
});

it('finds attachments by indexes', async () => {
  await attach();
  const plans: string[] = [];
  const spy = {
    run: world.database.run.bind(world.database),
    afterCommit: (then: () => void) => then(),
    rows: async (sql: string, parameters: readonly unknown[]) => {
      const plan = await world.database.rows(`EXPLAIN QUERY PLAN ${sql}`, parameters);
      plans.push(...plan.map((row) => String(row.detail)));
      return world.database.rows(sql, parameters);
    },
  };
  await attachedTo(spy, [volumeId]);
  await attachmentsOfVolume(spy, volumeId);
  expect(plans.join('\n')).toContain('attachments_of_volume');
  plans.length = 0;
  await listAttachments(spy, { projectId: sampleProject, limit: 100 });
  await listAttachments(spy, { projectId: null, limit: 100 });
  expect(plans.filter((plan) => /TEMP B-TREE|SCAN volume_attachments$/.test(plan))).toEqual([]);
});
