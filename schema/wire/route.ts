// The form of a route. Route tables are data that the engine serves and the client calls, so that
// the two cannot disagree; a law checks that every route names its policy.
import type { z } from 'zod';

/** The services of the catalog, each under a base path of its own. */
export type ServiceName = 'identity' | 'block-storage' | 'image';

/** The least role that a caller needs. `anyone` needs no token at all. */
export type Needs = 'anyone' | 'reader' | 'member' | 'admin';

/** One route of an API. */
export interface Route {
  readonly service: ServiceName;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  /** Path below the service's version and project, with :names for its parameters. */
  readonly path: string;
  /** For action routes (POST .../action): the single key of the body that chooses the action. */
  readonly action?: string;
  /** Status code of success. */
  readonly ok: number;
  /** First microversion that has it, where not the first of all. */
  readonly since?: string;
  /** Name of the policy rule (as refusals quote it), and the least role that it asks for. */
  readonly policy: { readonly rule: string; readonly needs: Needs };
  /** Shape of the request's JSON. */
  readonly body?: z.ZodType;
  /** Shape of the answer's JSON: what a client may rely on; more keys may come. */
  readonly reply?: z.ZodType;
}

/** Declares a table of routes; keys are verbs in camelCase, as in `createVolume`. */
export function routes<const R extends Record<string, Route>>(table: R): R {
  return table;
}
