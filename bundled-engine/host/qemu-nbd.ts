// Opens one qcow2 file of ours for writing, through a qemu-nbd process that lives as long as the
// session. Invariants: after close() the process is gone and the file's lock free; it ends by
// itself when its client goes, so that an engine's death closes its files.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { errnoOf } from './error-facts';
import { assertAbsolute } from './files';
import { toolEnvironment } from './left-tools';
import { connectNbd, type NbdClient } from './nbd-client';
import { toolMissing } from './qemu-img';
import { CommandError, errnoInText, killGroup } from './run-command';

/** An open file behind a block server. */
export interface BlockServer {
  readonly client: NbdClient;
  /** Flushes, ends the server and waits until it is gone. Repeatable. */
  close(): Promise<void>;
}

/** sockaddr_un holds 108 bytes on Linux and 104 on macOS, the final zero included. */
export const longestSocketPath = 103;
const startLimitMs = 10_000;
const endLimitMs = 60_000;
const socketNames = /^[0-9a-f]{12}\.socket$/;

/**
 * Serves a qcow2 file (absolute path) for writing and connects to it. `runFolder` keeps
 * the socket where its path is short enough. Fails with code EBUSY when the file is in use.
 */
export async function serveQcow2(path: string, runFolder: string): Promise<BlockServer> {
  const name = randomBytes(6).toString('hex');
  const near = join(assertAbsolute(runFolder), `${name}.socket`);
  const isNear = Buffer.byteLength(near) <= longestSocketPath;
  const socketPath = isNear ? near : join(tmpdir(), `cinderkit-${name}.socket`);
  const child = spawn(
    'qemu-nbd',
    [
      ...['--format=qcow2', '--cache=writeback', '--discard=unmap', '--shared=1'],
      ...[`--socket=${socketPath}`, assertAbsolute(path)],
    ],
    { env: toolEnvironment(), stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  const tidy = (): Promise<void> => rm(socketPath, { force: true });
  const ended = endOf(child);
  // It may fail before anybody waits for it: a missing tool must not end the engine.
  ended.catch(() => undefined);
  try {
    const client = await connectWhenReady(socketPath, child);
    return { client, close: closing({ client, child, ended, tidy }) };
  } catch (error) {
    killGroup(child);
    const end = await ended.finally(tidy);
    // A server that ended by itself said why; being unable to connect to it is but the consequence.
    if (end.code !== null) throw endedEarly(path, end);
    throw error;
  }
}

/** Removes the sockets that block servers of a dead engine left in a folder, and says which. */
export async function sweepSockets(runFolder: string): Promise<string[]> {
  const names = (await readdir(runFolder)).filter((name) => socketNames.test(name));
  for (const name of names) await rm(join(runFolder, name), { force: true });
  return names.map((name) => join(runFolder, name));
}

/** How a server ended: its exit code (null for a signal) and its last words. */
export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Settles when the server is gone; fails where it could not be started. */
export function endOf(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk).slice(-4096)));
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const facts = { code: cause.code, exitCode: null, stderr: '', cause };
      const isMissing = cause.code === 'ENOENT';
      reject(isMissing ? toolMissing(cause) : new CommandError(cause.message, facts));
    });
    child.once('close', (code) => resolve({ code, stderr: stderr.trim() }));
  });
}

/** What to throw for a server that ended before it served. */
export function endedEarly(path: string, { code, stderr }: Ended): CommandError {
  return new CommandError(`cannot open ${path} for writing: ${stderr}`, {
    code: /lock/.test(stderr) ? 'EBUSY' : errnoInText(stderr),
    exitCode: code,
    stderr,
  });
}

/** Connects as soon as the server listens. Fails when it is gone or does not in time. */
export async function connectWhenReady(path: string, child: ChildProcess): Promise<NbdClient> {
  const startedMs = performance.now();
  for (;;) {
    try {
      return await connectNbd(path);
    } catch (error) {
      const code = errnoOf(error);
      const isEarly = code === 'ENOENT' || code === 'ECONNREFUSED';
      const isGone = child.exitCode !== null || child.signalCode !== null;
      const isOver = isGone || performance.now() - startedMs > startLimitMs;
      if (!isEarly || isOver) throw error;
      await pause(2);
    }
  }
}

function closing(session: {
  client: NbdClient;
  child: ChildProcess;
  ended: Promise<Ended>;
  tidy: () => Promise<void>;
}): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const { client, child, ended, tidy } = session;
    try {
      await client.flush();
    } finally {
      await client.close();
      const limit = new AbortController();
      const late = pause(endLimitMs, undefined, { signal: limit.signal, ref: false })
        .then(() => killGroup(child))
        .catch(() => undefined);
      await ended.catch(() => undefined);
      limit.abort();
      await late;
      await tidy();
    }
  };
  return () => (closed ??= close());
}
