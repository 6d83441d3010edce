// Images shared with other projects, through real HTTP. Laws: only the owner adds and removes, only
// the member answers, and what is not shared with a project is not there for it.
import { z } from 'zod';
import type { Engine } from '../../bundled-engine/main';
import { asAdmin, asMember, asStranger, runEngine, stopEngines } from '../engine/running-engine';
import type { Client, Reply } from '../engine/running-engine';

let engine: Engine;
let owner: Client;
let admin: Client;
let guest: Client;

beforeAll(async () => {
  engine = await runEngine();
  [owner, admin] = await Promise.all([asMember(engine), asAdmin(engine)]);
  guest = await asStranger(engine);
});
afterAll(stopEngines);

const images = '/image/v2/images';

async function make(more: object = {}): Promise<string> {
  const body = { name: 'shared one', ...more };
  const { json } = await owner.call('POST', images, { body });
  return z.object({ id: z.string() }).parse(json).id;
}

const add = (id: string, member: unknown, by: Client = owner): Promise<Reply> =>
  by.call('POST', `${images}/${id}/members`, { body: { member } });

const answer = (id: string, status: unknown, by: Client = guest): Promise<Reply> =>
  by.call('PUT', `${images}/${id}/members/${guest.projectId}`, { body: { status } });

async function listed(query: string, by: Client = guest): Promise<string[]> {
  const { json } = await by.call('GET', `${images}${query}`);
  const shape = z.object({ images: z.array(z.object({ id: z.string() })) });
  return shape.parse(json).images.map(({ id }) => id);
}

const membersIn = (reply: Reply): { member_id: string; status: string }[] =>
  z
    .object({ members: z.array(z.object({ member_id: z.string(), status: z.string() })) })
    .parse(reply.json).members;

describe('a shared image', () => {
  it('is there for a member at once, and in its lists when it has accepted', async () => {
    const id = await make();
    expect((await guest.call('GET', `${images}/${id}`)).status).toBe(404);
    const added = await add(id, guest.projectId);
    expect(added.status).toBe(200);
    expect(added.json).toEqual({
      member_id: guest.projectId,
      image_id: id,
      status: 'pending',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      updated_at: expect.any(String),
      schema: '/v2/schemas/member',
    });
    expect((await guest.call('GET', `${images}/${id}`)).status).toBe(200);
    expect(await listed('')).not.toContain(id);
    expect(await listed('?member_status=pending')).toContain(id);
    expect(await listed('?member_status=all&visibility=shared')).toContain(id);
    expect((await answer(id, 'accepted')).json).toMatchObject({ status: 'accepted' });
    expect(await listed('')).toContain(id);
    expect(await listed('?visibility=shared&owner=' + owner.projectId)).toContain(id);
    expect(await listed('?visibility=private')).not.toContain(id);
    expect((await answer(id, 'rejected')).status).toBe(200);
    expect(await listed('')).not.toContain(id);
    expect(await listed('?member_status=rejected')).toContain(id);
    const gone = await owner.call('DELETE', `${images}/${id}/members/${guest.projectId}`);
    expect(gone.status).toBe(204);
    expect((await guest.call('GET', `${images}/${id}`)).status).toBe(404);
  });

  it('can be used by a member and changed by its owner alone', async () => {
    const id = await make({ disk_format: 'raw', container_format: 'bare' });
    await add(id, guest.projectId);
    const sent = { bytes: 'bytes', headers: { 'content-type': 'application/octet-stream' } };
    expect((await guest.call('PUT', `${images}/${id}/file`, sent)).status).toBe(403);
    expect((await owner.call('PUT', `${images}/${id}/file`, sent)).status).toBe(204);
    expect((await guest.call('GET', `${images}/${id}/file`)).text).toBe('bytes');
    const asked = { volume: { size: 1, imageRef: id } };
    const path = `/volume/v3/${guest.projectId}/volumes`;
    expect((await guest.call('POST', path, { body: asked })).status).toBe(202);
    await engine.parts.jobs.idle();
    expect((await guest.call('DELETE', `${images}/${id}`)).status).toBe(403);
    expect((await guest.call('POST', `${images}/${id}/actions/deactivate`)).status).toBe(403);
  });

  it('tells its owner of all members and a member of itself alone', async () => {
    const id = await make();
    const other = 'f'.repeat(32);
    await add(id, guest.projectId);
    await add(id, other);
    const all = await owner.call('GET', `${images}/${id}/members`);
    expect(membersIn(all).map((one) => one.member_id)).toEqual([guest.projectId, other]);
    expect(membersIn(await admin.call('GET', `${images}/${id}/members`))).toHaveLength(2);
    const seen = await guest.call('GET', `${images}/${id}/members`);
    expect(membersIn(seen).map((one) => one.member_id)).toEqual([guest.projectId]);
    expect((await guest.call('GET', `${images}/${id}/members/${guest.projectId}`)).status).toBe(
      200,
    );
    expect((await guest.call('GET', `${images}/${id}/members/${other}`)).status).toBe(404);
    expect((await owner.call('GET', `${images}/${id}/members/${other}`)).status).toBe(200);
  });

  it('refuses what its owner, its members and others may not do', async () => {
    const id = await make();
    expect((await add(id, guest.projectId, guest)).status).toBe(404);
    await add(id, guest.projectId);
    const again = await add(id, guest.projectId);
    expect(again.status).toBe(409);
    expect(again.text).toContain(`Member ${guest.projectId} is duplicated for image ${id}`);
    expect((await add(id, 'x', guest)).text).toContain(
      `Not allowed to create members for image ${id}.`,
    );
    expect((await answer(id, 'accepted', owner)).text).toContain(
      `Not allowed to update members for image ${id}.`,
    );
    expect((await answer(id, 'accepted', admin)).status).toBe(200);
    const wrong = await answer(id, 'perhaps');
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('Incorrect request: Status must be');
    const remove = `${images}/${id}/members/${guest.projectId}`;
    expect((await guest.call('DELETE', remove)).status).toBe(403);
    const missing = await owner.call('DELETE', `${images}/${id}/members/nobody`);
    expect(missing.status).toBe(404);
    expect(missing.text).toContain(`nobody not found in the member list of the image ${id}.`);
  });

  it.each([
    [{}, 'Member to be added not specified'],
    [{ member: '' }, "Member can't be empty"],
    [{ member: 5 }, "Member can't be empty"],
    [{ member: 'a\0b' }, '255 characters without NUL'],
    [{ member: 'x'.repeat(256) }, '255 characters without NUL'],
  ])('takes no member such as %j', async (body, text) => {
    const id = await make();
    const reply = await owner.call('POST', `${images}/${id}/members`, { body });
    expect(reply.status).toBe(400);
    expect(reply.text.replaceAll('&#x27;', "'")).toContain(text);
  });

  it('has 128 members at the most', async () => {
    const id = await make();
    for (let at = 0; at < 128; at += 1) expect((await add(id, `project-${at}`)).status).toBe(200);
    const refused = await add(id, 'one-more');
    expect(refused.status).toBe(413);
    expect(refused.text).toContain('Attempted: 129, Maximum: 128');
  });

  it('takes its members with it when it is deleted', async () => {
    const id = await make();
    await add(id, guest.projectId);
    expect((await owner.call('DELETE', `${images}/${id}`)).status).toBe(204);
    const rows = await engine.parts.database.rows(
      'SELECT * FROM "image_members" WHERE "imageId" = ?',
      [id],
    );
    expect(rows).toEqual([]);
  });
});

describe('an image that is not shared', () => {
  it.each(['private', 'community', 'public'])('has no members: %s', async (visibility) => {
    const id = await make({ visibility: visibility === 'public' ? 'private' : visibility });
    if (visibility === 'public') {
      await admin.call('PATCH', `${images}/${id}`, {
        bytes: JSON.stringify([{ op: 'replace', path: '/visibility', value: 'public' }]),
        headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
      });
    }
    expect((await add(id, guest.projectId)).status).toBe(403);
    const refused = await owner.call('GET', `${images}/${id}/members`);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('Only shared images have members.');
    expect((await owner.call('GET', `${images}/${id}/members/x`)).status).toBe(404);
  });

  it('is hidden from its members when it stops being shared', async () => {
    const id = await make();
    await add(id, guest.projectId);
    await answer(id, 'accepted');
    await owner.call('PATCH', `${images}/${id}`, {
      bytes: JSON.stringify([{ op: 'replace', path: '/visibility', value: 'private' }]),
      headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
    });
    expect((await guest.call('GET', `${images}/${id}`)).status).toBe(404);
    expect(await listed('?member_status=all')).not.toContain(id);
  });
});

it('schemas of members are told', async () => {
  for (const name of ['member', 'members']) {
    const { json } = await owner.call('GET', `/image/v2/schemas/${name}`);
    expect(json).toMatchObject({ name });
  }
});
