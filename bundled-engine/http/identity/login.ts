// Proves who somebody is: by password, by a token that is still valid, or by an application
// credential. Invariant: every failure is the same 401, and takes as long as a wrong password does.
import type { z } from 'zod';
import type { loginShape } from '../../../schema/wire/identity-shapes';
import type { Parts } from '../../parts';
import {
  applicationCredentialsOf,
  findApplicationCredential,
} from '../../records/application-credentials';
import type { ApplicationCredentialRow, UserRow } from '../../records/rows/identity-rows';
import { findToken } from '../../records/tokens';
import { findUser, findUserByName } from '../../records/users';
import { momentNow } from './authenticate';
import { isDefaultDomain } from './domains';
import { identityFaults } from './identity-faults';
import { isSecret, tokenHash } from './secrets';
import { sessionOf } from './session';
import type { Scope } from './session';

/** What a client sends to log in. */
export type LoginBody = z.output<typeof loginShape>;

type Identity = LoginBody['auth']['identity'];
type Reference = { id?: string | undefined; name?: string | undefined };
type UserReference = (Reference & { domain?: Reference | undefined }) | undefined;

/** A proven identity. */
export interface Login {
  readonly user: UserRow;
  readonly methods: readonly string[];
  /** Moments that the new token must not outlive. */
  readonly endsBy: readonly string[];
  readonly parentAuditIds: readonly string[];
  readonly applicationCredentialId: string | null;
  /** Set where the proof itself fixes what the token is for. */
  readonly fixedScope: Scope | null;
}

/** Proves every method that the body names; all must speak of one user. Fails with 400 or 401. */
export async function proveIdentity(parts: Parts, identity: Identity): Promise<Login> {
  const proofs: Login[] = [];
  for (const method of new Set(identity.methods)) {
    proofs.push(await prove(parts, identity, method));
  }
  const [first] = proofs;
  if (!first || proofs.some(({ user }) => user.id !== first.user.id)) {
    throw identityFaults.notAuthenticated({});
  }
  return {
    ...first,
    methods: [...new Set(proofs.flatMap(({ methods }) => methods))],
    endsBy: proofs.flatMap(({ endsBy }) => endsBy),
    parentAuditIds: proofs.flatMap(({ parentAuditIds }) => parentAuditIds),
    applicationCredentialId:
      proofs.find((proof) => proof.applicationCredentialId)?.applicationCredentialId ?? null,
    fixedScope: proofs.find(({ fixedScope }) => fixedScope)?.fixedScope ?? null,
  };
}

function prove(parts: Parts, identity: Identity, method: string): Promise<Login> {
  const missing = (): never => {
    throw identityFaults.fieldMissing({ field: method, within: 'identity' });
  };
  switch (method) {
    case 'password':
      return byPassword(parts, identity.password ?? missing());
    case 'token':
      return byToken(parts, identity.token ?? missing());
    case 'application_credential':
      return byCredential(parts, identity.application_credential ?? missing());
    default:
      throw identityFaults.methodUnsupported({});
  }
}

async function byPassword(parts: Parts, given: NonNullable<Identity['password']>): Promise<Login> {
  const user = await userFor(parts, given.user);
  const isRight = await isSecret(given.user.password, user?.passwordHash ?? null);
  if (!user || !isRight) throw identityFaults.notAuthenticated({});
  return plainLogin(user, 'password');
}

async function byToken(parts: Parts, given: { readonly id: string }): Promise<Login> {
  const token = await findToken(parts.database, tokenHash(given.id), momentNow(parts));
  const session = token ? await sessionOf(parts.database, token) : null;
  // A credential is for one project; its tokens lead nowhere else (keystone: rescoping is refused).
  if (!token || !session || token.applicationCredentialId !== null) {
    throw identityFaults.notAuthenticated({});
  }
  return {
    ...plainLogin(session.user, 'token'),
    methods: [...new Set([...token.methods, 'token'])],
    endsBy: [token.expiresAt],
    parentAuditIds: token.auditIds.slice(0, 1),
  };
}

async function byCredential(
  parts: Parts,
  given: NonNullable<Identity['application_credential']>,
): Promise<Login> {
  const credential = await credentialFor(parts, given);
  const isRight = await isSecret(given.secret, credential?.secretHash ?? null);
  const user = credential ? await findUser(parts.database, credential.userId) : undefined;
  const isOver = credential?.expiresAt ? credential.expiresAt <= momentNow(parts) : false;
  if (!credential || !isRight || isOver || !user?.enabled) {
    throw identityFaults.notAuthenticated({});
  }
  return {
    ...plainLogin(user, 'application_credential'),
    endsBy: credential.expiresAt === null ? [] : [credential.expiresAt],
    applicationCredentialId: credential.id,
    fixedScope: { scopeType: 'project', scopeId: credential.projectId },
  };
}

/** By its id, or by its name and the user that it belongs to. */
async function credentialFor(
  parts: Parts,
  given: NonNullable<Identity['application_credential']>,
): Promise<ApplicationCredentialRow | undefined> {
  if (given.id !== undefined) return findApplicationCredential(parts.database, given.id);
  const user = await userFor(parts, given.user);
  if (!user) return undefined;
  const owned = await applicationCredentialsOf(parts.database, user.id);
  return owned.find(({ name }) => name === given.name);
}

async function userFor(parts: Parts, given: UserReference): Promise<UserRow | undefined> {
  const { database } = parts;
  if (given?.id === undefined && given?.name === undefined) {
    throw identityFaults.fieldMissing({ field: 'id or name', within: 'user' });
  }
  if (given.domain && !isDefaultDomain(given.domain)) return undefined;
  const user =
    given.id === undefined
      ? await findUserByName(database, given.name ?? '', 'default')
      : await findUser(database, given.id);
  return user?.enabled && !user.isInternal ? user : undefined;
}

function plainLogin(user: UserRow, method: string): Login {
  return {
    user,
    methods: [method],
    endsBy: [],
    parentAuditIds: [],
    applicationCredentialId: null,
    fixedScope: null,
  };
}
