// Routes for operators: services, clusters and the cleaning up after dead workers. Invariant: an
// action that is not served at a version is "Unknown action", as cinder/api/contrib/services.py has
// it, so these rows say no `since`: their handlers look at the version.
import { z } from 'zod';
import { routes } from './route';
import type { Route } from './route';
import { text, wireBoolean, wireUuid } from './shapes';

const base = { service: 'block-storage' } as const;
const admins = (rule: string) => ({ rule, needs: 'admin' }) as const;

/** A host of a service: letters, digits and the marks that hosts, back ends and pools have. */
const wireHost = text(1, 255)
  .regex(/^[a-zA-Z0-9\-._#@:/+[\]]*$/)
  .nullish();
const cluster = z.string().nullish();
const word = text(1, 255);

/** Programs that a request about logs may name; none and * mean all of them. */
export const logBinaries = [
  'cinder-scheduler',
  'cinder-volume',
  'cinder-backup',
  'cinder-api',
] as const;

/** Levels that a log can be set to. */
export const logLevels = ['INFO', 'WARNING', 'ERROR', 'DEBUG'] as const;

const named = {
  binary: word.optional(),
  service: word.optional(),
  host: wireHost,
  cluster,
};

const isNamed = (body: { binary?: string | undefined; service?: string | undefined }): boolean =>
  body.binary !== undefined || body.service !== undefined;
const unnamed = { error: "'binary' is a required property" };

const serviceBody = z.strictObject(named).refine(isNamed, unnamed);
const disableBody = z
  .strictObject({
    ...named,
    disabled_reason: text(1, 255)
      .refine((reason) => reason.trim() !== '', {
        error: 'disabled_reason has a minimum character requirement of 1.',
      })
      .optional(),
  })
  .refine(isNamed, unnamed);
const freezeBody = z.strictObject({ host: wireHost, cluster });
const failoverBody = z.strictObject({ host: wireHost, cluster, backend_id: z.string().nullish() });
const logQuestion = {
  binary: z.enum([...logBinaries, '', '*']).optional(),
  server: z.string().nullish(),
  prefix: z.string().nullish(),
};

/** One service; which keys are there depends on version and binary. */
export const serviceView = z.looseObject({
  binary: z.string(),
  host: z.string(),
  zone: z.string(),
  status: z.enum(['enabled', 'disabled']),
  state: z.enum(['up', 'down']),
  updated_at: z.string(),
  /** 3.7 */
  cluster: z.string().nullable().optional(),
  /** 3.49, of cinder-volume alone, as the three after the next */
  backend_state: z.string().optional(),
  disabled_reason: z.string().nullable(),
  replication_status: z.string().optional(),
  active_backend_id: z.string().nullable().optional(),
  frozen: z.boolean().optional(),
});

const changedView = z.looseObject({
  disabled: z.boolean(),
  host: z.string(),
  service: z.string(),
  binary: z.string(),
  status: z.string(),
});

// Freezing and failing over have rules of their own too, but this one is asked first.
const change = <const A extends string>(
  action: A,
): Pick<Route, 'service' | 'policy'> & {
  method: 'PUT';
  path: `/os-services/${A}`;
} => ({
  ...base,
  method: 'PUT',
  path: `/os-services/${action}`,
  policy: admins('volume_extension:services:update'),
});

/** Calls on services. */
export const serviceRoutes = routes({
  listServices: {
    ...base,
    method: 'GET',
    path: '/os-services',
    ok: 200,
    policy: admins('volume_extension:services:index'),
    reply: z.looseObject({ services: z.array(serviceView) }),
  },
  enableService: { ...change('enable'), ok: 200, body: serviceBody, reply: changedView },
  disableService: { ...change('disable'), ok: 200, body: serviceBody, reply: changedView },
  disableServiceForReason: {
    ...change('disable-log-reason'),
    ok: 200,
    body: disableBody,
    reply: changedView,
  },
  freezeHost: { ...change('freeze'), ok: 200, body: freezeBody },
  thawHost: { ...change('thaw'), ok: 200, body: freezeBody },
  failoverHost: { ...change('failover_host'), ok: 202, body: failoverBody },
  /** 3.26 */
  failover: { ...change('failover'), ok: 202, body: failoverBody },
  /** 3.32 */
  setLogLevel: {
    ...change('set-log'),
    ok: 202,
    body: z.strictObject({ ...logQuestion, level: z.string().nullish() }),
  },
  /** 3.32 */
  showLogLevels: {
    ...change('get-log'),
    ok: 200,
    body: z.strictObject(logQuestion),
    reply: z.looseObject({
      log_levels: z.array(
        z.looseObject({
          host: z.string(),
          binary: z.string(),
          levels: z.record(z.string(), z.string()),
        }),
      ),
    }),
  },
  /** Whatever else is asked of services is refused. */
  changeServiceOtherwise: { ...change(':action'), ok: 200 },
});

const clusters = { ...base, since: '3.7' } as const;
const clusterName = text(1, 255).refine((name) => name.trim() !== '', {
  error: 'name has a minimum character requirement of 1.',
});
const clusterBody = z.strictObject({ name: clusterName, binary: z.string().nullish() });
const clusterList = z.looseObject({ clusters: z.array(z.looseObject({ name: z.string() })) });

/** Calls on clusters of services. */
export const clusterRoutes = routes({
  listClusters: {
    ...clusters,
    method: 'GET',
    path: '/clusters',
    ok: 200,
    policy: admins('clusters:get_all'),
    reply: clusterList,
  },
  listClustersDetail: {
    ...clusters,
    method: 'GET',
    path: '/clusters/detail',
    ok: 200,
    policy: admins('clusters:get_all'),
    reply: clusterList,
  },
  showCluster: {
    ...clusters,
    method: 'GET',
    path: '/clusters/:name',
    ok: 200,
    policy: admins('clusters:get'),
  },
  enableCluster: {
    ...clusters,
    method: 'PUT',
    path: '/clusters/enable',
    ok: 200,
    policy: admins('clusters:update'),
    body: clusterBody,
  },
  disableCluster: {
    ...clusters,
    method: 'PUT',
    path: '/clusters/disable',
    ok: 200,
    policy: admins('clusters:update'),
    body: clusterBody.extend({ disabled_reason: text(0, 255).nullish() }),
  },
  /** Whatever else is asked of clusters is refused. */
  changeClusterOtherwise: {
    ...clusters,
    method: 'PUT',
    path: '/clusters/:action',
    ok: 200,
    policy: admins('clusters:update'),
  },
});

/** Calls about work that a dead service left behind. */
export const workerRoutes = routes({
  cleanUpWorkers: {
    ...base,
    method: 'POST',
    path: '/workers/cleanup',
    ok: 202,
    since: '3.24',
    policy: admins('workers:cleanup'),
    body: z
      .strictObject({
        cluster_name: wireHost,
        disabled: wireBoolean.optional(),
        host: wireHost,
        is_up: wireBoolean.optional(),
        binary: z.enum(['cinder-volume', 'cinder-scheduler']).optional(),
        resource_id: wireUuid.nullish(),
        resource_type: text(0, 40).nullish(),
        service_id: z
          .union([
            z.number().int(),
            z
              .string()
              .max(11)
              .regex(/^[0-9]*$/),
            z.null(),
          ])
          .optional(),
      })
      .optional(),
    reply: z.looseObject({
      cleaning: z.array(z.looseObject({ host: z.string() })),
      unavailable: z.array(z.looseObject({ host: z.string() })),
    }),
  },
});
