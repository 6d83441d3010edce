// Speaks NBD (the network block device protocol) to one server over a Unix socket: enough to write
// a qcow2 file through qemu-nbd, which owns the format. Invariants: a request resolves only when
// the server acknowledged it; when the connection breaks, every open request fails. Source: the NBD
// project's doc/proto.md (fixed newstyle handshake, simple replies).
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { ByteReader } from './byte-reader';

/** One connection to one export. Requests may run in parallel. */
export interface NbdClient {
  readonly sizeBytes: number;
  read(offset: number, into: Uint8Array): Promise<void>;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Makes the range read as zeroes, freeing its space where the server can. */
  zero(offset: number, lengthBytes: number): Promise<void>;
  flush(): Promise<void>;
  /** Says goodbye and closes; open requests fail. Repeatable. */
  close(): Promise<void>;
}

const magic = {
  server: 0x4e42444d41474943n,
  option: 0x49484156454f5054n,
  optionReply: 0x3e889045565a9n,
  request: 0x25609513,
  reply: 0x67446698,
} as const;
const optionGo = 7;
const replyAck = 1;
const replyInfo = 3;
const infoExport = 0;
const clientFlags = 0x3; // fixed newstyle, no padding zeroes
const command = { read: 0, write: 1, goodbye: 2, flush: 3, zero: 6 } as const;
// Servers must take 32 MiB; smaller pieces keep memory low and requests in step.
const pieceBytes = 4 * 1024 * 1024;
const zeroPieceBytes = 1024 ** 3;
const errnoNames: Readonly<Record<number, string>> = {
  1: 'EPERM',
  5: 'EIO',
  12: 'ENOMEM',
  22: 'EINVAL',
  28: 'ENOSPC',
};

interface Waiting {
  readonly into: Uint8Array | null;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Connects and opens the server's default export. Fails when there is no server or it says no. */
export async function connectNbd(socketPath: string): Promise<NbdClient> {
  const socket = createConnection(socketPath);
  await once(socket, 'connect');
  const reader = new ByteReader(socket);
  try {
    return serve(socket, reader, await negotiate(socket, reader));
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function negotiate(socket: Socket, reader: ByteReader): Promise<number> {
  const greeting = await reader.take(18);
  const isNewstyle =
    greeting.readBigUInt64BE(0) === magic.server && greeting.readBigUInt64BE(8) === magic.option;
  if (!isNewstyle) throw new Error('the block server did not greet as an NBD server');
  const ask = Buffer.alloc(4 + 16 + 6);
  ask.writeUInt32BE(clientFlags, 0);
  ask.writeBigUInt64BE(magic.option, 4);
  ask.writeUInt32BE(optionGo, 12);
  ask.writeUInt32BE(6, 16); // an empty export name (length 0) and no wishes (count 0) follow
  socket.write(ask);
  for (let sizeBytes = -1; ;) {
    const head = await reader.take(20);
    const type = head.readUInt32BE(12);
    const body = await reader.take(head.readUInt32BE(16));
    if (head.readBigUInt64BE(0) !== magic.optionReply || type >= 0x8000_0000) {
      throw new Error(`the block server refused its export: reply ${type.toString(16)} ${body}`);
    }
    if (type === replyInfo && body.readUInt16BE(0) === infoExport) {
      sizeBytes = Number(body.readBigUInt64BE(2));
    }
    if (type === replyAck && sizeBytes >= 0) return sizeBytes;
  }
}

function serve(socket: Socket, reader: ByteReader, sizeBytes: number): NbdClient {
  const waiting = new Map<bigint, Waiting>();
  let lastHandle = 0n;
  let ended: Error | null = null;
  const failAll = (error: Error): void => {
    ended ??= error;
    for (const one of waiting.values()) one.reject(ended);
    waiting.clear();
  };
  void takeReplies(reader, waiting).catch((error: unknown) => {
    failAll(error instanceof Error ? error : new Error(String(error)));
    socket.destroy();
  });
  const ask = (type: number, range: { offset: number; length: number }, bytes?: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      if (ended !== null) return reject(ended);
      lastHandle += 1n;
      const into = type === command.read && bytes !== undefined ? bytes : null;
      waiting.set(lastHandle, { into, resolve, reject });
      socket.write(requestHead(type, lastHandle, range));
      if (type === command.write && bytes !== undefined) socket.write(bytes);
    });
  const inPieces = async (type: number, offset: number, bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      await ask(type, { offset: offset + at, length: piece.length }, piece);
    }
  };
  return {
    sizeBytes,
    read: (offset, into) => inPieces(command.read, offset, into),
    write: (offset, bytes) => inPieces(command.write, offset, bytes),
    async zero(offset, lengthBytes) {
      for (let at = 0; at < lengthBytes; at += zeroPieceBytes) {
        const length = Math.min(zeroPieceBytes, lengthBytes - at);
        await ask(command.zero, { offset: offset + at, length });
      }
    },
    flush: () => ask(command.flush, { offset: 0, length: 0 }),
    async close() {
      if (ended !== null) return;
      failAll(new Error('the connection to the block server was closed'));
      const closed = once(socket, 'close');
      socket.end(requestHead(command.goodbye, 0n, { offset: 0, length: 0 }));
      await closed;
    },
  };
}

function requestHead(
  type: number,
  handle: bigint,
  range: { offset: number; length: number },
): Buffer {
  const head = Buffer.alloc(28);
  head.writeUInt32BE(magic.request, 0);
  head.writeUInt16BE(type, 6);
  head.writeBigUInt64BE(handle, 8);
  head.writeBigUInt64BE(BigInt(range.offset), 16);
  head.writeUInt32BE(range.length, 24);
  return head;
}

async function takeReplies(reader: ByteReader, waiting: Map<bigint, Waiting>): Promise<never> {
  for (;;) {
    const head = await reader.take(16);
    const handle = head.readBigUInt64BE(8);
    const request = waiting.get(handle);
    if (head.readUInt32BE(0) !== magic.reply || request === undefined) {
      throw new Error('the block server answered out of step');
    }
    waiting.delete(handle);
    const number = head.readUInt32BE(4);
    if (number !== 0) {
      const code = errnoNames[number] ?? 'EIO';
      request.reject(Object.assign(new Error(`the block server says ${code}`), { code }));
      continue;
    }
    try {
      if (request.into !== null) request.into.set(await reader.take(request.into.length));
      request.resolve();
    } catch (error) {
      request.reject(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }
}
