// Below microversion 3.53 Cinder passed over keys of a body that it does not know; from there on
// it refuses them. The shapes of schema/wire are the strict ones. Invariant: below 3.53 unknown
// keys inside the body's one object are dropped before the shape sees them, and nothing else is
// changed.
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { Route } from '../../../schema/wire/route';
import { negotiateVersion } from '../negotiate-version';
import { basePaths, versionHeaderOf } from '../request-url';

const strictFromMinor = 53;

/** Adds the hook to the scope in which `tables` are served. Call before they are. */
export function dropUnknownKeysOfOldClients(
  app: FastifyInstance,
  tables: readonly Readonly<Record<string, Route>>[],
): void {
  const byPlace = new Map<string, Route[]>();
  for (const route of tables.flatMap((table) => Object.values(table))) {
    if (!route.body) continue;
    const place = `${route.method} ${basePaths[route.service]}${route.path}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), route]);
  }
  app.addHook('preHandler', async (request) => {
    const { body, method } = request;
    if (typeof body !== 'object' || body === null || !isOld(versionHeaderOf(request))) return;
    const served = byPlace.get(`${method} ${request.routeOptions.url ?? ''}`) ?? [];
    const [key] = Object.keys(body);
    const route = served.find(({ action }) => action === undefined || action === key);
    if (route?.body) dropUnknown(route.body, body);
  });
}

function isOld(header: string | undefined): boolean {
  try {
    return negotiateVersion(header).minor < strictFromMinor;
  } catch {
    // A malformed header is refused where the request is served.
    return false;
  }
}

function dropUnknown(shape: z.ZodType, body: object): void {
  const parsed = shape.safeParse(body);
  for (const issue of parsed.error?.issues ?? []) {
    if (issue.code !== 'unrecognized_keys' || issue.path.length === 0) continue;
    const holder = valueAt(body, issue.path);
    if (typeof holder !== 'object' || holder === null) continue;
    for (const key of issue.keys) Reflect.deleteProperty(holder, key);
  }
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    body,
  );
}
