// What single nouns promise beyond rows: who sees an image or a type, which backup is a parent,
// which token is valid.
import { backupsOfVolume, findBackup, insertBackup } from '../../bundled-engine/records/backups';
import { newestBackup } from '../../bundled-engine/records/backups';
import { findImage, imagesOfVolume, insertImage } from '../../bundled-engine/records/images';
import { isImageIdTaken, listImages, removeImage } from '../../bundled-engine/records/images';
import { countImages } from '../../bundled-engine/records/images';
import type { ImageQuery } from '../../bundled-engine/records/images';
import { insertMessage, listMessages, pruneMessages } from '../../bundled-engine/records/messages';
import { dateOf, momentOf, presentMoment } from '../../bundled-engine/records/moment';
import { newHexId, newUuid } from '../../bundled-engine/records/new-id';
import {
  applicationCredentialsOf,
  insertApplicationCredential,
  removeApplicationCredential,
} from '../../bundled-engine/records/application-credentials';
import { findProject, findProjectByName } from '../../bundled-engine/records/projects';
import { insertProject, listProjects, removeProject } from '../../bundled-engine/records/projects';
import { assignRole, insertRole, listAssignments } from '../../bundled-engine/records/roles';
import { unassignRole } from '../../bundled-engine/records/roles';
import { findToken, insertToken, pruneTokens } from '../../bundled-engine/records/tokens';
import { revokeToken, revokeTokensOfUser } from '../../bundled-engine/records/tokens';
import { isUnknownMarker } from '../../bundled-engine/records/table';
import { findUserByName, insertUser, removeUser } from '../../bundled-engine/records/users';
import { findVolumeType, findVolumeTypeByName } from '../../bundled-engine/records/volume-types';
import { grantAccess, insertVolumeType } from '../../bundled-engine/records/volume-types';
import { listVolumeTypes, projectsWithAccess } from '../../bundled-engine/records/volume-types';
import { removeVolumeType, revokeAccess } from '../../bundled-engine/records/volume-types';
import { findVolume, insertVolume, provisionedGib } from '../../bundled-engine/records/volumes';
import { summarizeVolumes } from '../../bundled-engine/records/volumes';
import { sampleBackup, sampleImage, sampleProject, sampleVolume } from './sample-rows';
import { temporaryDatabase } from './temporary-database';
import type { TemporaryDatabase } from './temporary-database';

let world: TemporaryDatabase;
const other = newHexId();

beforeEach(async () => {
  world = await temporaryDatabase();
});

afterEach(() => world.close());

it('gives moments that rise and can be read back', () => {
  const [a, b] = [presentMoment(), presentMoment()];
  expect(b > a).toBe(true);
  const date = new Date('2026-11-21T01:24:31.120Z');
  expect(momentOf(date)).toBe('2026-11-21T01:24:31.120000');
  expect(dateOf(momentOf(date))).toEqual(date);
});

describe('images', () => {
  it('are seen by their owner and by whom their visibility admits', async () => {
    const { database } = world;
    for (const visibility of ['public', 'private', 'shared', 'community'] as const) {
      await insertImage(database, sampleImage({ name: visibility, visibility, tags: ['a', 'b'] }));
    }
    const namesFor = async (query: Partial<ImageQuery>): Promise<(string | null)[]> => {
      const whole = { projectId: null, viewerProjectId: other, ...query };
      const page = await listImages(database, whole);
      if (isUnknownMarker(page)) throw new Error('unknown marker');
      expect(await countImages(database, whole)).toBe(page.rows.length);
      return page.rows.map((row) => row.name);
    };
    expect(await namesFor({})).toEqual(['public']);
    expect(await namesFor({ filters: { visibility: 'community' } })).toEqual(['community']);
    expect(await namesFor({ viewerProjectId: sampleProject })).toHaveLength(4);
    expect(await namesFor({ viewerProjectId: null, tags: ['a', 'b'] })).toHaveLength(4);
    expect(await namesFor({ viewerProjectId: null, tags: ['a', 'c'] })).toEqual([]);
  });

  it('of community are found by id, those of others are not', async () => {
    const { database } = world;
    const community = await insertImage(database, sampleImage({ visibility: 'community' }));
    const shared = await insertImage(database, sampleImage());
    const viewer = { viewerProjectId: other };
    expect(await findImage(database, community.id, viewer)).toBeDefined();
    expect(await findImage(database, shared.id, viewer)).toBeUndefined();
    expect(await findImage(database, shared.id)).toBeDefined();
  });

  it('never give their id to another', async () => {
    const { database } = world;
    const { id } = await insertImage(database, sampleImage());
    expect(await isImageIdTaken(database, id)).toBe(true);
    await removeImage(database, id);
    expect(await isImageIdTaken(database, id)).toBe(true);
    await expect(insertImage(database, sampleImage({ id }))).rejects.toThrow('used before');
    expect(await isImageIdTaken(database, newUuid())).toBe(false);
  });

  it('are found by where their bytes are', async () => {
    const { database } = world;
    const volumeId = newUuid();
    const url = `cinder://a-store/${volumeId.toUpperCase()}`;
    const image = await insertImage(
      database,
      sampleImage({
        locations: [
          { url: 'file:///a', metadata: {} },
          { url, metadata: {} },
        ],
      }),
    );
    const found = await imagesOfVolume(database, volumeId);
    expect(found.map(({ id }) => id)).toEqual([image.id]);
    expect(await imagesOfVolume(database, newUuid())).toEqual([]);
  });
});

describe('volume types', () => {
  it('that are not public are there for those with access alone', async () => {
    const { database } = world;
    const { id } = await insertVolumeType(database, { id: newUuid(), name: 'a', isPublic: false });
    const viewer = { viewerProjectId: other };
    expect(await findVolumeType(database, id, viewer)).toBeUndefined();
    expect(await grantAccess(database, id, other)).toBe(true);
    expect(await grantAccess(database, id, other)).toBe(false);
    expect(await findVolumeTypeByName(database, 'a', viewer)).toMatchObject({ id });
    expect(await listVolumeTypes(database, viewer)).toMatchObject({ rows: [{ id }] });
    expect(await projectsWithAccess(database, id)).toEqual([other]);
    expect(await revokeAccess(database, id, other)).toBe(true);
    expect(await revokeAccess(database, id, other)).toBe(false);
  });

  it('name their volumes, and stay while they have any', async () => {
    const { database } = world;
    const { id } = await insertVolumeType(database, { id: newUuid(), name: 'gold' });
    const again = insertVolumeType(database, { id: newUuid(), name: 'gold' });
    await expect(again).rejects.toThrow(/UNIQUE/);
    const volume = sampleVolume({ volumeTypeId: id, pool: 'raw', sizeGib: 3 });
    await insertVolume(database, volume);
    expect(await findVolume(database, volume.id)).toMatchObject({ volumeTypeName: 'gold' });
    await expect(removeVolumeType(database, id)).rejects.toThrow(/FOREIGN KEY/);
    expect(await provisionedGib(database, 'raw')).toBe(3);
    expect(await summarizeVolumes(database, null)).toEqual({ count: 1, sizeGib: 3 });
    expect(await summarizeVolumes(database, other)).toEqual({ count: 0, sizeGib: 0 });
  });
});

it('chooses the newest available backup of volume and project as parent', async () => {
  const { database } = world;
  const volumeId = newUuid();
  const at = (day: number): string => `2026-11-0${day}T00:00:00.000000`;
  const make = (day: number, more: object = {}): Promise<{ id: string }> =>
    insertBackup(database, sampleBackup({ volumeId, dataTimestamp: at(day), ...more }));
  const first = await make(1);
  const second = await make(2, { parentId: first.id });
  await make(4, { projectId: other });
  const query = { volumeId, projectId: sampleProject };
  expect(await newestBackup(database, query)).toMatchObject({ id: second.id });
  expect(await newestBackup(database, { ...query, before: at(2) })).toMatchObject({ id: first.id });
  expect(await newestBackup(database, { ...query, before: at(1) })).toBeUndefined();
  const broken = await make(3, { status: 'error' });
  expect(await newestBackup(database, query)).toMatchObject({ id: broken.id });
  expect(await backupsOfVolume(database, volumeId)).toHaveLength(4);
  expect(await findBackup(database, first.id)).toMatchObject({ hasDependentBackups: true });
  expect(await findBackup(database, second.id)).toMatchObject({ hasDependentBackups: false });
});

it('shows messages until they expire', async () => {
  const { database } = world;
  const message = { projectId: sampleProject, eventId: 'VOLUME_VOLUME_001_003', userMessage: 'm' };
  const kept = { ...message, id: newUuid(), expiresAt: '2999-01-01T00:00:00.000000' };
  await insertMessage(database, kept);
  await insertMessage(database, { ...message, id: newUuid(), expiresAt: '2020-01-01T00:00:00' });
  const page = await listMessages(database, { projectId: sampleProject });
  expect(page).toMatchObject({ rows: [{ id: kept.id, messageLevel: 'ERROR' }] });
  expect(await pruneMessages(database, presentMoment())).toBe(1);
});

describe('identity', () => {
  const later = '2999-01-01T00:00:00.000000';

  async function people(): Promise<{ userId: string; projectId: string; roleId: string }> {
    const { database } = world;
    const { id: userId } = await insertUser(database, { id: newHexId(), name: 'demo' });
    const { id: projectId } = await insertProject(database, { id: newHexId(), name: 'demo' });
    const { id: roleId } = await insertRole(database, { id: newHexId(), name: 'member' });
    return { userId, projectId, roleId };
  }

  it('gives roles once, and takes them with the project', async () => {
    const { database } = world;
    const { userId, projectId, roleId } = await people();
    const row = { userId, roleId, scopeType: 'project' as const, scopeId: projectId };
    await assignRole(database, row);
    await assignRole(database, row);
    expect(await listAssignments(database, { userId })).toEqual([row]);
    expect(await unassignRole(database, row)).toBe(true);
    expect(await unassignRole(database, row)).toBe(false);
    await assignRole(database, row);
    await removeProject(database, projectId);
    expect(await listAssignments(database, {})).toEqual([]);
  });

  it("hides the engine's own project but by id", async () => {
    const { database } = world;
    const id = newHexId();
    await insertProject(database, { id, name: 'cinderkit-internal', isInternal: true });
    expect(await findProject(database, id)).toBeDefined();
    expect(await findProjectByName(database, 'cinderkit-internal', 'default')).toBeUndefined();
    expect(await listProjects(database)).toEqual([]);
  });

  it('finds a token while it is valid', async () => {
    const { database } = world;
    const { userId, projectId } = await people();
    const token = {
      userId,
      scopeType: 'project' as const,
      scopeId: projectId,
      methods: ['password'],
      auditIds: ['a'],
    };
    await insertToken(database, { ...token, hash: 'one', expiresAt: later });
    await insertToken(database, { ...token, hash: 'two', expiresAt: later });
    await insertToken(database, { ...token, hash: 'old', expiresAt: '2020-01-01T00:00:00.000000' });
    expect(await findToken(database, 'one')).toMatchObject({ methods: ['password'], userId });
    expect(await findToken(database, 'old')).toBeUndefined();
    expect(await findToken(database, 'none')).toBeUndefined();
    expect(await revokeToken(database, 'one')).toBe(true);
    expect(await revokeToken(database, 'one')).toBe(false);
    expect(await findToken(database, 'one')).toBeUndefined();
    expect(await revokeTokensOfUser(database, userId)).toBe(2);
    expect(await findToken(database, 'two')).toBeUndefined();
    expect(await pruneTokens(database, presentMoment())).toBe(1);
  });

  it('takes tokens away with their credential, and all with their user', async () => {
    const { database } = world;
    const { userId, projectId, roleId } = await people();
    const { id } = await insertApplicationCredential(database, {
      id: newHexId(),
      name: 'ci',
      userId,
      projectId,
      secretHash: 'hash',
      roleIds: [roleId],
    });
    const token = { userId, scopeType: 'project' as const, scopeId: projectId, expiresAt: later };
    const more = { methods: ['application_credential'], auditIds: [] };
    const applicationCredentialId = id;
    await insertToken(database, { ...token, ...more, hash: 'h', applicationCredentialId });
    expect(await applicationCredentialsOf(database, userId)).toMatchObject([{ roleIds: [roleId] }]);
    await removeApplicationCredential(database, id);
    expect(await findToken(database, 'h')).toBeUndefined();
    await insertToken(database, { ...token, ...more, hash: 'i' });
    await removeUser(database, userId);
    expect(await findToken(database, 'i')).toBeUndefined();
    expect(await findUserByName(database, 'demo', 'default')).toBeUndefined();
  });
});
