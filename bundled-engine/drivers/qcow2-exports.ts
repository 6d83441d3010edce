// Gives hosts a qcow2 volume as a block server on a Unix socket, one server a volume. Invariants:
// the chain below an exported volume stays as it is until the export ends; a volume has the same
// socket whenever it is exported; a server that dies is started again at the same place, a few
// times, so that its clients can come back.
import type { ExportServer } from '../host/qemu-export';
import { exportSocket, serveExport } from '../host/qemu-export';
import type { VolumeExport } from './driver';

/** How to export: `pin` holds the volume's chain until it is released. */
export interface HowToExport {
  readonly readOnly: boolean;
  pin(): Promise<{ readonly path: string; readonly release: () => Promise<void> }>;
}

interface Running {
  readonly readOnly: boolean;
  readonly devicePath: string;
  readonly end: () => Promise<void>;
}

/** The exports of one pool. Calls on one volume must come one after another. */
export class Qcow2Exports {
  readonly #runFolder: string;
  readonly #running = new Map<string, Running>();

  constructor(runFolder: string) {
    this.#runFolder = runFolder;
  }

  /**
   * Starts the volume's server, or gives the one that runs. One that only reads is started anew for
   * a host that writes, which cuts its clients off; one that writes serves readers too.
   */
  async start(volumeId: string, how: HowToExport): Promise<VolumeExport> {
    const { readOnly } = how;
    const running = this.#running.get(volumeId);
    if (running && (readOnly || !running.readOnly)) return { devicePath: running.devicePath };
    await running?.end();
    const socketPath = await exportSocket(this.#runFolder, volumeId);
    const { path, release } = await how.pin();
    const serve = (): Promise<ExportServer> => serveExport(path, { socketPath, readOnly });
    let first: ExportServer;
    try {
      first = await serve();
    } catch (error) {
      await release();
      throw error;
    }
    const server = keptUp(first, serve);
    const devicePath = uriOf(socketPath);
    const forget = async (): Promise<void> => {
      await server.ended;
      if (this.#running.get(volumeId) === mine) this.#running.delete(volumeId);
      await release();
    };
    const gone = forget();
    const end = async (): Promise<void> => {
      await server.end();
      await gone;
    };
    const mine: Running = { readOnly, devicePath, end };
    // Waited for where it is ended; a server that is given up has nobody to tell.
    gone.catch(() => undefined);
    this.#running.set(volumeId, mine);
    return { devicePath };
  }

  /** Ends the volume's server once it has flushed. Repeatable. */
  async end(volumeId: string): Promise<void> {
    await this.#running.get(volumeId)?.end();
  }

  /** Ends all servers. Repeatable. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ end }) => end()));
  }
}

const mostRestarts = 5;

/** The server and those that take its place when it dies without having been asked to end. */
function keptUp(first: ExportServer, serve: () => Promise<ExportServer>): ExportServer {
  let current = first;
  let isEnding = false;
  const live = async (): Promise<void> => {
    for (let restarts = 0; ; restarts += 1) {
      await current.ended;
      if (isEnding || restarts === mostRestarts) return;
      const next = await serve().catch(() => null);
      if (next === null) return;
      current = next;
      if (isEnding) await current.end();
    }
  };
  const ended = live();
  const end = async (): Promise<void> => {
    isEnding = true;
    await current.end();
    await ended;
  };
  return { ended, end };
}

/** The address as qemu's tools take it (QEMU: docs/interop/nbd.rst, NBD URIs). */
function uriOf(socketPath: string): string {
  return `nbd+unix:///?socket=${socketPath.split('/').map(encodeURIComponent).join('/')}`;
}
