// Serves a qcow2 file of ours to other programs of this machine, through a qemu-nbd process on a
// Unix socket that only this user may reach. Invariants: several clients may come and go while it
// runs; it outlives an engine that is killed, and the next engine ends it (left-tools) before it
// opens the file again; after end() the process is gone and the file's lock free.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { assertAbsolute } from './files';
import { toolEnvironment } from './left-tools';
import { connectWhenReady, endedEarly, endOf, longestSocketPath } from './qemu-nbd';
import { CommandError, killGroup } from './run-command';

/** A running server. */
export interface ExportServer {
  /** Settles when the process is gone, for whatever reason; never fails. */
  readonly ended: Promise<void>;
  /** Asks it to flush and end, and waits until it has. Repeatable. */
  end(): Promise<void>;
}

const endLimitMs = 30_000;

/**
 * Serves a qcow2 file (absolute path) and resolves when clients can connect. Fails with code EBUSY
 * when the file is in use.
 */
export async function serveExport(
  path: string,
  how: { readonly socketPath: string; readonly readOnly: boolean },
): Promise<ExportServer> {
  const { socketPath, readOnly } = how;
  const child = spawn(
    'qemu-nbd',
    [
      ...['--format=qcow2', '--cache=writeback', '--discard=unmap', '--persistent', '--shared=0'],
      ...(readOnly ? ['--read-only'] : []),
      ...[`--socket=${socketPath}`, assertAbsolute(path)],
    ],
    { env: toolEnvironment(), stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  const end = endOf(child);
  // It may fail before anybody waits for it: a missing tool must not end the engine.
  end.catch(() => undefined);
  try {
    await (await connectWhenReady(socketPath, child)).close();
  } catch (error) {
    killGroup(child);
    const died = await end.finally(() => rm(socketPath, { force: true }));
    if (died.code !== null) throw endedEarly(path, died);
    throw error;
  }
  const ended = end
    .then(() => rm(socketPath, { force: true }))
    .then(() => undefined)
    .catch(() => undefined);
  let ending: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    const limit = new AbortController();
    const late = pause(endLimitMs, undefined, { signal: limit.signal, ref: false })
      .then(() => killGroup(child))
      .catch(() => undefined);
    await ended;
    limit.abort();
    await late;
  };
  return { ended, end: () => (ending ??= close()) };
}

/**
 * The path of a volume's socket: always the same, in `runFolder` where that is short enough, else
 * in a private folder of this user below the system's temporary one.
 */
export async function exportSocket(runFolder: string, volumeId: string): Promise<string> {
  const near = join(
    assertAbsolute(runFolder),
    `${volumeId.replaceAll('-', '').slice(0, 12)}.socket`,
  );
  if (Buffer.byteLength(near) <= longestSocketPath) return near;
  const { uid } = userInfo();
  const folder = join(tmpdir(), `cinderkit-${uid}`);
  await mkdir(folder, { mode: 0o700, recursive: true });
  const facts = await lstat(folder);
  // Whoever else could write there could serve other bytes in the volume's place.
  if (!facts.isDirectory() || facts.uid !== uid || (facts.mode & 0o077) !== 0) {
    throw new CommandError(
      `cannot put a socket into ${folder}: it is not a private folder of this user; remove it`,
      { code: 'EACCES', exitCode: null, stderr: '' },
    );
  }
  return join(folder, `${createHash('sha256').update(near).digest('hex').slice(0, 12)}.socket`);
}
