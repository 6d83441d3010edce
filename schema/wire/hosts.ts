// Hosts of the Block Storage API: which services run where, and how much is kept there. Facts:
// cinder/api/contrib/hosts.py. Invariant: keys with dashes and numbers as text are the API's own.
import { z } from 'zod';
import { routes } from './route';

const base = { service: 'block-storage' } as const;
const policy = { rule: 'volume_extension:hosts', needs: 'admin' } as const;

/** What is kept on a host, for one project or for `(total)`. */
export const hostResource = z.looseObject({
  resource: z.looseObject({
    host: z.string(),
    project: z.string(),
    volume_count: z.string(),
    total_volume_gb: z.string(),
    snapshot_count: z.string(),
    total_snapshot_gb: z.string(),
  }),
});

/** Calls on hosts. */
export const hostRoutes = routes({
  listHosts: {
    ...base,
    method: 'GET',
    path: '/os-hosts',
    ok: 200,
    policy,
    reply: z.looseObject({
      hosts: z.array(
        z.looseObject({
          host_name: z.string(),
          service: z.string(),
          zone: z.string(),
          'service-status': z.string(),
          'service-state': z.string(),
          'last-update': z.string().nullable(),
        }),
      ),
    }),
  },
  showHost: {
    ...base,
    method: 'GET',
    path: '/os-hosts/:host',
    ok: 200,
    policy,
    reply: z.looseObject({ host: z.array(hostResource) }),
  },
  updateHost: {
    ...base,
    method: 'PUT',
    path: '/os-hosts/:host',
    ok: 200,
    policy,
    body: z.record(z.string(), z.string()),
    reply: z.looseObject({ host: z.string(), status: z.string() }),
  },
});
