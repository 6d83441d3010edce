// Bytes of images through real HTTP: uploads and downloads as streams. Laws: an image is active
// exactly when its whole bytes are there and are what they were declared to be; anything else
// leaves it queued and the disk as it was.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { Engine } from '../../bundled-engine/main';
import { updateImage } from '../../bundled-engine/records/images';
import { asAdmin, asMember, asStranger, runEngine, stopEngines } from '../engine/running-engine';
import type { Client, Reply } from '../engine/running-engine';

const mib = 1024 * 1024;

let engine: Engine;
let member: Client;

beforeAll(async () => {
  engine = await runEngine();
  member = await asMember(engine);
});
afterAll(stopEngines);

const make = async (body: object = {}, client = member): Promise<string> => {
  const formats = { disk_format: 'raw', container_format: 'bare' };
  const reply = await client.call('POST', '/image/v2/images', { body: { ...formats, ...body } });
  return z.object({ id: z.string() }).parse(reply.json).id;
};

const upload = (id: string, bytes: Uint8Array<ArrayBuffer>, client = member): Promise<Reply> =>
  client.call('PUT', `/image/v2/images/${id}/file`, {
    bytes,
    headers: { 'content-type': 'application/octet-stream' },
  });

const show = async (id: string): Promise<unknown> =>
  (await member.call('GET', `/image/v2/images/${id}`)).json;

const download = async (
  id: string,
  headers: Record<string, string> = {},
  client = member,
): Promise<{ status: number; bytes: Buffer; headers: Headers }> => {
  const reply = await fetch(`${engine.url}/image/v2/images/${id}/file`, {
    headers: { 'x-auth-token': client.token, ...headers },
  });
  return {
    status: reply.status,
    bytes: Buffer.from(await reply.arrayBuffer()),
    headers: reply.headers,
  };
};

const files = (): Promise<string[]> => readdir(join(engine.dataFolder, 'images'));

/** A qcow2 header of version 3 with what a test wants to say in it. */
const qcow2 = (
  more: { backing?: string; incompatible?: bigint; sizeBytes?: bigint } = {},
): Buffer => {
  const image = Buffer.alloc(192 * 1024);
  image.write('QFI\xfb', 0, 'latin1');
  image.writeUInt32BE(3, 4);
  image.writeUInt32BE(16, 20);
  image.writeBigUInt64BE(more.sizeBytes ?? BigInt(10 * mib), 24);
  image.writeUInt32BE(1, 36);
  image.writeBigUInt64BE(0x20000n, 40);
  image.writeBigUInt64BE(0x10000n, 48);
  image.writeUInt32BE(1, 56);
  image.writeBigUInt64BE(more.incompatible ?? 0n, 72);
  image.writeUInt32BE(4, 96);
  image.writeUInt32BE(104, 100);
  if (more.backing !== undefined) {
    image.writeBigUInt64BE(112n, 8);
    image.writeUInt32BE(more.backing.length, 16);
    image.write(more.backing, 112);
  }
  return image;
};

describe('an uploaded image', () => {
  it('is active with size and hashes, and comes back byte by byte', async () => {
    const bytes = Buffer.concat([randomBytes(3 * mib), Buffer.alloc(5 * mib), randomBytes(12345)]);
    const id = await make();
    expect((await upload(id, bytes)).status).toBe(204);
    expect(await show(id)).toMatchObject({
      status: 'active',
      size: bytes.length,
      virtual_size: bytes.length,
      checksum: createHash('md5').update(bytes).digest('hex'),
      os_hash_algo: 'sha512',
      os_hash_value: createHash('sha512').update(bytes).digest('hex'),
      stores: 'file',
    });
    const got = await download(id);
    expect([got.status, got.bytes.equals(bytes)]).toEqual([200, true]);
    expect(got.headers.get('content-md5')).toBe(createHash('md5').update(bytes).digest('hex'));
    expect(got.headers.get('content-length')).toBe(String(bytes.length));
    expect(got.headers.get('content-type')).toBe('application/octet-stream');
    expect((await upload(id, bytes)).status).toBe(409);
  });

  it('keeps its holes', async () => {
    const bytes = Buffer.concat([randomBytes(mib), Buffer.alloc(30 * mib), randomBytes(mib)]);
    const id = await make();
    expect((await upload(id, bytes)).status).toBe(204);
    const { size, blocks } = await stat(join(engine.dataFolder, 'images', id));
    expect(size).toBe(bytes.length);
    expect(blocks * 512).toBeLessThan(4 * mib);
    expect((await download(id)).bytes.equals(bytes)).toBe(true);
  });

  it('may be empty', async () => {
    const id = await make();
    expect((await upload(id, Buffer.alloc(0))).status).toBe(204);
    expect(await show(id)).toMatchObject({ status: 'active', size: 0 });
    expect((await download(id)).bytes).toHaveLength(0);
  });

  it('is sent in ranges', async () => {
    const bytes = randomBytes(300_000);
    const id = await make();
    await upload(id, bytes);
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      ['bytes=1000-1999', 1000, 2000],
      ['bytes=299000-', 299_000, 300_000],
      ['bytes=-500', 299_500, 300_000],
      ['bytes=299999-999999', 299_999, 300_000],
    ] as const) {
      const got = await download(id, { range });
      expect(got.status).toBe(206);
      expect(got.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/300000`);
      expect(got.bytes.equals(bytes.subarray(start, end))).toBe(true);
    }
    expect((await download(id, { range: 'bytes=300000-' })).status).toBe(416);
    expect((await download(id, { range: 'bytes=20-10' })).status).toBe(416);
    expect((await download(id, { range: 'nonsense' })).status).toBe(200);
  });

  it('answers HEAD with its length and no bytes', async () => {
    const id = await make();
    await upload(id, randomBytes(1000));
    const reply = await member.call('HEAD', `/image/v2/images/${id}/file`);
    expect([reply.status, reply.text]).toEqual([200, '']);
    expect(reply.headers.get('content-length')).toBe('1000');
  });

  it('is gone from disk when it is deleted', async () => {
    const id = await make();
    await upload(id, randomBytes(1000));
    expect(await files()).toContain(id);
    expect((await member.call('DELETE', `/image/v2/images/${id}`)).status).toBe(204);
    expect(await files()).not.toContain(id);
    expect((await download(id)).status).toBe(404);
  });

  it('is for an administrator alone while its owner has it deactivated', async () => {
    const admin = await asAdmin(engine);
    const stranger = await asStranger(engine);
    const id = await make();
    await upload(id, randomBytes(1000));
    const act = (client: Client, action: string): Promise<Reply> =>
      client.call('POST', `/image/v2/images/${id}/actions/${action}`);
    expect((await act(stranger, 'deactivate')).status).toBe(404);
    await admin.call('PATCH', `/image/v2/images/${id}`, {
      bytes: JSON.stringify([{ op: 'replace', path: '/visibility', value: 'public' }]),
      headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
    });
    expect((await act(stranger, 'deactivate')).status).toBe(403);
    expect((await act(member, 'deactivate')).status).toBe(204);
    expect(await show(id)).toMatchObject({ status: 'deactivated' });
    expect((await download(id)).status).toBe(403);
    expect((await download(id, {}, admin)).status).toBe(200);
    expect((await act(member, 'reactivate')).status).toBe(204);
    expect((await download(id)).status).toBe(200);
    const queued = await make();
    const refused = await admin.call('POST', `/image/v2/images/${queued}/actions/deactivate`);
    expect(refused.status).toBe(409);
  });

  it('has nothing to download before', async () => {
    const id = await make();
    expect((await download(id)).status).toBe(204);
  });
});

describe('a refused upload leaves the image queued and no file:', () => {
  const refused = async (id: string, bytes: Buffer<ArrayBuffer>): Promise<Reply> => {
    const before = (await files()).sort();
    const reply = await upload(id, bytes);
    expect(await show(id)).toMatchObject({ status: 'queued', size: null, checksum: null });
    expect((await files()).sort()).toEqual(before);
    return reply;
  };

  it.each([
    ['qcow2 declared raw', 'raw', qcow2()],
    ['raw declared qcow2', 'qcow2', randomBytes(100_000)],
    ['qcow2 with a backing file', 'qcow2', qcow2({ backing: '/etc/passwd' })],
    ['qcow2 with an external data file', 'qcow2', qcow2({ incompatible: 4n })],
    ['qcow2 with unknown features', 'qcow2', qcow2({ incompatible: 1n << 40n })],
    ['vmdk naming files of the host', 'vmdk', Buffer.from(vmdkOnHost())],
    ['vmdk declared raw', 'raw', Buffer.from(vmdkOnHost())],
  ])('%s', async (_title, format, bytes) => {
    const reply = await refused(await make({ disk_format: format }), Buffer.from(bytes));
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('unacceptable')]);
    expect(reply.text).not.toContain(engine.dataFolder);
  });

  it('formats that were never named', async () => {
    const id = await make({ disk_format: null, container_format: null });
    const reply = await refused(id, Buffer.from('x'));
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('disk_format')]);
  });

  it('another media type', async () => {
    const id = await make();
    const reply = await member.call('PUT', `/image/v2/images/${id}/file`, { body: {} });
    expect(reply.status).toBe(415);
    expect(await show(id)).toMatchObject({ status: 'queued' });
  });

  it('a caller who may not', async () => {
    const stranger = await asStranger(engine);
    const id = await make({ visibility: 'community' });
    expect((await upload(id, Buffer.from('x'), stranger)).status).toBe(403);
    expect((await refused(id, qcow2() as Buffer<ArrayBuffer>)).status).toBe(400);
  });

  it('a connection that breaks, after which the same image can be sent again', async () => {
    const id = await make();
    const before = (await files()).sort();
    const { hostname, port } = new URL(engine.url);
    const socket = connect(Number(port), hostname);
    const head = [
      `PUT /image/v2/images/${id}/file HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `X-Auth-Token: ${member.token}`,
      'Content-Type: application/octet-stream',
      `Content-Length: ${10 * mib}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(randomBytes(mib));
    await until(async () => (await files()).length > before.length);
    expect(await show(id)).toMatchObject({ status: 'saving' });
    socket.destroy();
    await until(
      async () => z.object({ status: z.literal('queued') }).safeParse(await show(id)).success,
    );
    expect((await files()).sort()).toEqual(before);
    expect((await upload(id, randomBytes(1000))).status).toBe(204);
    expect(await show(id)).toMatchObject({ status: 'active', size: 1000 });
  });

  it('an image that is deleted meanwhile', async () => {
    const id = await make();
    const body = new ReadableStream<Uint8Array>({
      async start(stream) {
        stream.enqueue(randomBytes(mib));
        await until(async () => (await files()).some((name) => name.startsWith(id)));
        expect((await member.call('DELETE', `/image/v2/images/${id}`)).status).toBe(204);
        stream.enqueue(randomBytes(mib));
        stream.close();
      },
    });
    const reply = await fetch(`${engine.url}/image/v2/images/${id}/file`, {
      method: 'PUT',
      headers: { 'x-auth-token': member.token, 'content-type': 'application/octet-stream' },
      body,
      duplex: 'half',
    });
    expect(reply.status).toBe(410);
    expect((await files()).some((name) => name.startsWith(id))).toBe(false);
  });
});

describe('after a crash', () => {
  it('uploads that were cut off are queued again, and leftovers are gone', async () => {
    const first = await runEngine();
    const client = await asMember(first);
    const made = await client.call('POST', '/image/v2/images', {
      body: { disk_format: 'raw', container_format: 'bare' },
    });
    const { id } = z.object({ id: z.string() }).parse(made.json);
    const put = await client.call('PUT', `/image/v2/images/${id}/file`, {
      bytes: 'kept bytes',
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(put.status).toBe(204);
    const cut = await client.call('POST', '/image/v2/images', { body: { name: 'cut off' } });
    const { id: cutOff } = z.object({ id: z.string() }).parse(cut.json);
    await updateImage(first.parts.database, cutOff, { status: 'saving' });
    await first.stop();
    const folder = join(first.dataFolder, 'images');
    await writeFile(join(folder, `${cutOff}.abc.half`), 'half');
    await writeFile(join(folder, randomUUID()), 'nobody’s');
    const second = await runEngine({ dataFolder: first.dataFolder });
    expect(await readdir(folder)).toEqual([id]);
    const again = await asMember(second);
    const shown = await again.call('GET', `/image/v2/images/${cutOff}`);
    expect(shown.json).toMatchObject({ status: 'queued' });
    const bytes = await again.call('GET', `/image/v2/images/${id}/file`);
    expect(bytes.text).toBe('kept bytes');
  });
});

function vmdkOnHost(): string {
  return [
    '# Disk DescriptorFile',
    'version=1',
    'CID=fffffffe',
    'parentCID=ffffffff',
    'createType="monolithicFlat"',
    'RW 20480 FLAT "/etc/passwd" 0',
    '',
  ].join('\n');
}

/** Waits for a condition, looking as often as the machine allows, 20 s at the most. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('waited in vain');
    await wait(5);
  }
}
