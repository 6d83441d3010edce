// Shapes of Identity v3: what logins and the management of projects, users, roles and application
// credentials take and answer. Facts: keystone api-ref v3. Invariant: request shapes accept keys
// that Keystone knows and we have no use for; replies hold at least what is written here.
import { z } from 'zod';
import { text } from './shapes';

const name = text(1, 255);
const description = text(0, 65_535).nullish();
const reference = z.object({ id: z.string().optional(), name: z.string().optional() });
const domainReference = reference;

const scopeShape = z.union([
  z.literal('unscoped'),
  z.object({
    project: reference.extend({ domain: domainReference.optional() }).optional(),
    domain: domainReference.optional(),
    system: z.object({ all: z.boolean().optional() }).optional(),
    unscoped: z.object({}).optional(),
  }),
]);

const userReference = reference.extend({ domain: domainReference.optional() });

/** What POST /auth/tokens takes. */
export const loginShape = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.array(z.string()).min(1),
      password: z.object({ user: userReference.extend({ password: z.string() }) }).optional(),
      token: z.object({ id: z.string() }).optional(),
      application_credential: z
        .object({
          id: z.string().optional(),
          name: z.string().optional(),
          user: userReference.optional(),
          secret: z.string(),
        })
        .optional(),
    }),
    scope: scopeShape.optional(),
  }),
});

const named = z.object({ id: z.string(), name: z.string() });
const inDomain = named.extend({ domain: named });

/** One service of a token's catalog. */
export const catalogEntryShape = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  endpoints: z.array(
    z.object({
      id: z.string(),
      interface: z.enum(['public', 'internal', 'admin']),
      region: z.string().nullable(),
      region_id: z.string().nullable(),
      url: z.string(),
    }),
  ),
});

/** What a login answers, beside the token itself in the header X-Subject-Token. */
export const tokenReply = z.object({
  token: z.object({
    methods: z.array(z.string()),
    user: inDomain.extend({ password_expires_at: z.string().nullable() }),
    expires_at: z.string(),
    issued_at: z.string(),
    audit_ids: z.array(z.string()),
    project: inDomain.optional(),
    is_domain: z.boolean().optional(),
    roles: z.array(named).optional(),
    catalog: z.array(catalogEntryShape).optional(),
  }),
});

/** What a client may set of it. */
export const projectFields = z.object({
  name: name,
  description,
  enabled: z.boolean().optional(),
  domain_id: z.string().nullish(),
  parent_id: z.string().nullish(),
  is_domain: z.boolean().optional(),
  tags: z.array(z.string()).optional(),
  options: z.object({}).loose().optional(),
});

/** What a client may set of it. */
export const userFields = z.object({
  name: name,
  password: z.string().min(1).nullish(),
  description,
  email: z.string().nullish(),
  enabled: z.boolean().optional(),
  domain_id: z.string().nullish(),
  default_project_id: z.string().nullish(),
  options: z.object({}).loose().optional(),
});

/** What a client may set of it. */
export const roleFields = z.object({
  name: name,
  description,
  domain_id: z.string().nullish(),
  options: z.object({}).loose().optional(),
});

/** What a client may set of it. */
export const applicationCredentialFields = z.object({
  name: name,
  description,
  secret: z.string().min(1).max(255).nullish(),
  expires_at: z.string().nullish(),
  roles: z.array(reference).optional(),
  unrestricted: z.boolean().optional(),
  access_rules: z.array(z.unknown()).max(0, 'access rules are not supported').optional(),
});
