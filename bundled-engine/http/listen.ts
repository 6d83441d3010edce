// Opens and closes the engine's port. Invariant: an engine comes back at the port it had, so that
// clouds.yaml and open shells stay right, unless somebody else has taken it meanwhile.
import { isIP } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { errnoOf, messageOf } from '../host/error-facts';
import { engineFaults } from '../engine-faults';
import type { Database } from '../records/database';
import { findSetting, saveSetting } from '../records/settings';

const settingKey = 'port';
const graceMs = 10_000;
const idleLookMs = 50;

/** Listens at `port` (0 any free one, undefined the last one) and gives the URL. */
export async function listen(
  app: FastifyInstance,
  database: Database,
  at: { readonly host: string; readonly port: number | undefined },
): Promise<string> {
  const { host, port } = at;
  const last = port === undefined ? await lastPort(database) : undefined;
  if (last === undefined || !(await tryLast(app, host, last))) {
    try {
      await app.listen({ host, port: port ?? 0 });
    } catch (error) {
      const reason = messageOf(error);
      throw engineFaults.addressUnusable({ host, port: port ?? 0, reason }, error);
    }
  }
  // fastify listens on TCP alone here, so the address is never a path.
  const bound = (app.server.address() as AddressInfo).port;
  if (bound !== last) await saveSetting(database, settingKey, bound);
  return urlOf(host, bound);
}

/** Lets requests in flight end; connections that do not are cut, so that a stop is bounded. */
export async function closeServer(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
  // A connection that falls idle only now would keep the server open until its client lets go.
  const idle = setInterval(() => app.server.closeIdleConnections(), idleLookMs);
  await app.close().finally(() => {
    clearTimeout(cut);
    clearInterval(idle);
  });
}

/** Whether a host name or address stands for this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The URL at which clients of this machine reach a server on `host`. */
function urlOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${isIP(reachable) === 6 ? `[${reachable}]` : reachable}:${port}`;
}

async function tryLast(app: FastifyInstance, host: string, port: number): Promise<boolean> {
  try {
    await app.listen({ host, port });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EADDRINUSE') return false;
    const reason = messageOf(error);
    throw engineFaults.addressUnusable({ host, port, reason }, error);
  }
}

async function lastPort(database: Database): Promise<number | undefined> {
  const parsed = z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .safeParse(await findSetting(database, settingKey));
  return parsed.success ? parsed.data : undefined;
}
