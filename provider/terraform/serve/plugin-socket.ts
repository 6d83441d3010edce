// Where the CLI connects: a Unix socket in a folder of this user's alone, or loopback on Windows.
// Invariant: nobody but this user can reach the Unix socket, and its folder is gone after the
// process however that ends, but for a SIGKILL.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An address as the handshake writes it. */
export interface PluginAddress {
  readonly network: 'unix' | 'tcp';
  readonly name: string;
}

/** The bound socket. */
export interface PluginSocket {
  readonly address: PluginAddress;
  /** Takes no more connections and removes the socket's folder. Repeatable; never throws. */
  remove(): void;
}

/** sun_path holds 104 bytes on macOS and 108 on Linux, with the zero at its end. */
const longestPath = 103;

/** Where and for whom the socket is opened. */
export interface PluginSocketWishes {
  /** PLUGIN_UNIX_SOCKET_DIR counts; on Windows PLUGIN_MIN_PORT and PLUGIN_MAX_PORT. */
  readonly env: NodeJS.ProcessEnv;
  /** The system whose way is taken; this one's when left out. */
  readonly platform?: NodeJS.Platform;
  readonly onConnection: (socket: Socket) => void;
}

/** Binds the socket; each connection goes to `onConnection`. Throws where nothing can be bound. */
export async function openPluginSocket(wishes: PluginSocketWishes): Promise<PluginSocket> {
  const { env, platform = process.platform } = wishes;
  const server = createServer({ noDelay: true }, wishes.onConnection);
  return platform === 'win32' ? openLoopback(server, env) : openUnix(server, env);
}

async function openUnix(server: Server, env: NodeJS.ProcessEnv): Promise<PluginSocket> {
  const folder = makeFolder(env['PLUGIN_UNIX_SOCKET_DIR'] || tmpdir());
  const name = join(folder, 'plugin');
  const remove = () => {
    // Node removes the socket itself when the server is closed; the folder is ours.
    server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await listening(server, { path: name });
  } catch (error) {
    remove();
    throw error;
  }
  return { address: { network: 'unix', name }, remove };
}

// A path that is too long would be cut off silently, and be another one.
function makeFolder(wanted: string): string {
  const fits = Buffer.byteLength(join(wanted, 'cinderkit-XXXXXX', 'plugin')) <= longestPath;
  return mkdtempSync(join(fits ? wanted : '/tmp', 'cinderkit-'));
}

async function openLoopback(server: Server, env: NodeJS.ProcessEnv): Promise<PluginSocket> {
  const host = '127.0.0.1';
  const least = Number(env['PLUGIN_MIN_PORT'] || 0);
  const most = Math.max(least, Number(env['PLUGIN_MAX_PORT'] || 0));
  // 0 leaves the choice to the system: a range is tried from its lower end, as go-plugin does.
  for (let port = least; port <= most; port += 1) {
    try {
      await listening(server, { host, port });
      break;
    } catch (error) {
      if (least === 0 || port === most) throw error;
    }
  }
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : 0;
  return { address: { network: 'tcp', name: `${host}:${port}` }, remove: () => server.close() };
}

function listening(
  server: Server,
  where: { path: string } | { host: string; port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
