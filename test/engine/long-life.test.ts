// What an engine does to live long: it forgets what expired, and outlives a log that cannot be
// written.
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listMessages, insertMessage } from '../../bundled-engine/records/messages';
import { presentMoment } from '../../bundled-engine/records/moment';
import { asAdmin, asMember, freshFolder, runEngine, stopEngines } from './running-engine';
import { notRun } from '../support/not-run';

afterEach(async () => {
  jest.useRealTimers();
  await stopEngines();
});

it('an engine forgets expired tokens and messages at its start and every hour', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask'] });
  let laterMs = 0;
  const now = (): Date => new Date(Date.now() + laterMs);
  const engine = await runEngine({ clock: { now } });
  const { database } = engine.parts;
  const admin = await asAdmin(engine);
  await insertMessage(database, {
    id: '00000000-0000-4000-8000-000000000001',
    projectId: admin.projectId,
    eventId: 'VOLUME_VOLUME_001_001',
    messageLevel: 'ERROR',
    userMessage: 'one that expires',
    requestId: 'req-1',
    resourceType: 'VOLUME',
    resourceId: null,
    createdAt: presentMoment(),
    expiresAt: '2100-01-01T00:00:00.000000',
  });
  const count = async (table: string): Promise<number> =>
    (await database.rows(`SELECT 1 AS "one" FROM "${table}"`, [])).length;
  expect([await count('tokens'), await count('messages')]).toEqual([1, 1]);
  laterMs = Date.parse('2100-01-02T00:00:00Z') - Date.now();
  jest.advanceTimersByTime(60 * 60 * 1000);
  while ((await count('tokens')) + (await count('messages')) > 0)
    await database.rows('SELECT 1', []);
  expect(await listMessages(database, { projectId: null })).toMatchObject({ rows: [] });
});

const title = 'an engine whose log cannot be written serves and stops as ever';
if (process.platform !== 'linux') notRun(title, '/dev/full is a thing of Linux');
else {
  it(title, async () => {
    const dataFolder = join(await freshFolder(), 'data');
    await mkdir(dataFolder);
    await writeFile(join(dataFolder, 'engine.yaml'), '');
    await symlink('/dev/full', join(dataFolder, 'engine.log'));
    const engine = await runEngine({ dataFolder, logLevel: 'trace' });
    const member = await asMember(engine);
    const body = { volume: { size: 1 } };
    expect((await member.call('POST', '/volume/v3/volumes', { body })).status).toBe(202);
    await engine.parts.jobs.idle();
    const { text } = await member.call('GET', '/volume/v3/volumes/detail');
    expect(text).toContain('"available"');
    await engine.stop();
    expect(await readFile(join(dataFolder, 'clouds.yaml'), 'utf8')).toContain('clouds:');
  });
}
