// Who may do what, as it is recorded. Invariant: no secret is here, only hashes: scrypt for
// passwords and application credentials, SHA-256 for tokens, which are random already.
import type { NewRow, TableShape } from './table-shape';

/** What a role or a token is good for. */
export type ScopeType = 'project' | 'domain' | 'system' | 'unscoped';

/** A recorded project. Ids are 32 hex digits. */
export interface ProjectRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly domainId: string;
  readonly parentId: string;
  readonly enabled: boolean;
  /** Of the engine's own: nobody logs in to it and no list shows it. */
  readonly isInternal: boolean;
  readonly createdAt: string;
}

/** A recorded user. Ids are 32 hex digits. */
export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly email: string | null;
  readonly domainId: string;
  readonly defaultProjectId: string | null;
  readonly enabled: boolean;
  /** Salted scrypt hash in a text form of the caller's; null where no password works. */
  readonly passwordHash: string | null;
  /** Tokens issued before this moment are void. */
  readonly passwordChangedAt: string | null;
  readonly isInternal: boolean;
  readonly createdAt: string;
}

/** A recorded role. */
export interface RoleRow {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly domainId: string | null;
}

/** One role of one user in one scope; `scopeId` is `all` where the scope is the system. */
export interface RoleAssignmentRow {
  readonly userId: string;
  readonly roleId: string;
  readonly scopeType: 'project' | 'domain' | 'system';
  readonly scopeId: string;
}

/** A recorded application credential. */
export interface ApplicationCredentialRow {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly userId: string;
  readonly projectId: string;
  readonly secretHash: string;
  /** Ids of the roles that it carries. */
  readonly roleIds: readonly string[];
  readonly unrestricted: boolean;
  readonly expiresAt: string | null;
  readonly createdAt: string;
}

/** A recorded token. */
export interface TokenRow {
  /** SHA-256 of the token, in hex. */
  readonly hash: string;
  readonly userId: string;
  readonly scopeType: ScopeType;
  readonly scopeId: string | null;
  readonly methods: readonly string[];
  readonly auditIds: readonly string[];
  readonly applicationCredentialId: string | null;
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly revokedAt: string | null;
}

/** What must be given for a new project. */
export type NewProject = NewRow<ProjectRow, 'id' | 'name'>;

/** What must be given for a new user. */
export type NewUser = NewRow<UserRow, 'id' | 'name'>;

/** What must be given for a new application credential. */
export type NewApplicationCredential = NewRow<
  ApplicationCredentialRow,
  'id' | 'name' | 'userId' | 'projectId' | 'secretHash' | 'roleIds'
>;

/** What must be given for a new token. */
export type NewToken = NewRow<
  TokenRow,
  'hash' | 'userId' | 'scopeType' | 'scopeId' | 'methods' | 'auditIds' | 'expiresAt'
>;

/** The table of projects. */
export const projectTable = {
  table: 'projects',
  columns: {
    id: 'value',
    name: 'value',
    description: 'value',
    domainId: 'value',
    parentId: 'value',
    enabled: 'boolean',
    isInternal: 'boolean',
    createdAt: 'value',
  },
  blank: {
    description: '',
    domainId: 'default',
    parentId: 'default',
    enabled: true,
    isInternal: false,
  },
  computed: {},
  searchable: {},
} as const satisfies TableShape<ProjectRow>;

/** The table of users. */
export const userTable = {
  table: 'users',
  columns: {
    id: 'value',
    name: 'value',
    description: 'value?',
    email: 'value?',
    domainId: 'value',
    defaultProjectId: 'value?',
    enabled: 'boolean',
    passwordHash: 'value?',
    passwordChangedAt: 'value?',
    isInternal: 'boolean',
    createdAt: 'value',
  },
  blank: {
    description: null,
    email: null,
    domainId: 'default',
    defaultProjectId: null,
    enabled: true,
    passwordHash: null,
    passwordChangedAt: null,
    isInternal: false,
  },
  computed: {},
  searchable: {},
} as const satisfies TableShape<UserRow>;

/** The table of roles. */
export const roleTable = {
  table: 'roles',
  columns: { id: 'value', name: 'value', description: 'value?', domainId: 'value?' },
  blank: { description: null, domainId: null },
  computed: {},
  searchable: {},
} as const satisfies TableShape<RoleRow>;

/** The table of application credentials. */
export const applicationCredentialTable = {
  table: 'application_credentials',
  columns: {
    id: 'value',
    name: 'value',
    description: 'value?',
    userId: 'value',
    projectId: 'value',
    secretHash: 'value',
    roleIds: 'json',
    unrestricted: 'boolean',
    expiresAt: 'value?',
    createdAt: 'value',
  },
  blank: { description: null, unrestricted: false, expiresAt: null },
  computed: {},
  searchable: {},
} as const satisfies TableShape<ApplicationCredentialRow>;

/** The table of tokens. */
export const tokenTable = {
  table: 'tokens',
  columns: {
    hash: 'value',
    userId: 'value',
    scopeType: 'value',
    scopeId: 'value?',
    methods: 'json',
    auditIds: 'json',
    applicationCredentialId: 'value?',
    issuedAt: 'value',
    expiresAt: 'value',
    revokedAt: 'value?',
  },
  blank: { applicationCredentialId: null, revokedAt: null },
  computed: {},
  searchable: {},
} as const satisfies TableShape<TokenRow>;
