// What an engine needs before anybody can log in: roles, accounts, the internal tenant, the default
// volume type. Invariant: all of it is made in one transaction and may be run at every start; what
// an administrator changed or removed later is left alone.
import type { EngineConfig } from './config';
import { accounts, readPasswords } from './clouds-file';
import type { CloudPasswords } from './clouds-file';
import { roleOrder } from './http/caller';
import { hashSecret, newSecret } from './http/identity/secrets';
import type { InternalTenant } from './parts';
import type { Database, Tx } from './records/database';
import { presentMoment } from './records/moment';
import { newHexId, newUuid } from './records/new-id';
import { insertProject } from './records/projects';
import { assignRole, insertRole } from './records/roles';
import { findSetting, saveSetting } from './records/settings';
import { revokeTokensOfUser } from './records/tokens';
import { insertUser, updateUser } from './records/users';
import { insertVolumeType } from './records/volume-types';
import { z } from 'zod';

const settingKey = 'first-start';

const foundation = z.object({
  internalTenant: z.object({ projectId: z.string(), userId: z.string() }),
  adminId: z.string(),
  memberId: z.string(),
});

type Foundation = z.output<typeof foundation>;

/** What the start goes on with. */
export interface Seeded {
  readonly internalTenant: InternalTenant;
  readonly passwords: CloudPasswords;
  /** Whether the passwords are new: at the first start, and when clouds.yaml was lost. */
  readonly isNew: boolean;
}

/** Sees to it that the foundations are there and that the passwords in clouds.yaml are known. */
export async function seed(
  database: Database,
  dataFolder: string,
  config: EngineConfig,
): Promise<Seeded> {
  const recorded = foundation.safeParse(await findSetting(database, settingKey));
  const known = await readPasswords(dataFolder);
  if (recorded.success && known) {
    return { internalTenant: recorded.data.internalTenant, passwords: known, isNew: false };
  }
  // A reset that keeps the credentials leaves clouds.yaml for us to take them from.
  const passwords = known ?? { admin: newSecret(), member: newSecret() };
  const [admin, member] = await Promise.all([
    hashSecret(passwords.admin),
    hashSecret(passwords.member),
  ]);
  const { internalTenant } = await database.transaction(async (tx) => {
    if (!recorded.success) return found(tx, config, { admin, member });
    await setHash(tx, recorded.data.adminId, admin);
    await setHash(tx, recorded.data.memberId, member);
    return recorded.data;
  });
  return { internalTenant, passwords, isNew: known === null };
}

async function setHash(tx: Tx, userId: string, passwordHash: string): Promise<void> {
  await revokeTokensOfUser(tx, userId);
  await updateUser(tx, userId, { passwordHash, passwordChangedAt: presentMoment(), enabled: true });
}

async function found(tx: Tx, config: EngineConfig, hashes: CloudPasswords): Promise<Foundation> {
  const roleIds: string[] = [];
  for (const name of roleOrder) roleIds.push((await insertRole(tx, { id: newHexId(), name })).id);
  const [adminRole = '', , memberRole = '', readerRole = ''] = roleIds;
  // What one service of a cloud shows another: it implies nothing and nobody has it from the start.
  await insertRole(tx, { id: newHexId(), name: 'service' });
  const project = await insertProject(tx, {
    id: newHexId(),
    name: accounts.project,
    description: 'The project of this engine',
  });
  const admin = await addUser(tx, accounts.admin, hashes.admin, project.id);
  const member = await addUser(tx, accounts.member, hashes.member, project.id);
  const inProject = { scopeType: 'project', scopeId: project.id } as const;
  for (const roleId of roleIds) await assignRole(tx, { userId: admin, roleId, ...inProject });
  for (const roleId of [memberRole, readerRole]) {
    await assignRole(tx, { userId: member, roleId, ...inProject });
  }
  const cloudWide = { userId: admin, roleId: adminRole } as const;
  await assignRole(tx, { ...cloudWide, scopeType: 'system', scopeId: 'all' });
  await assignRole(tx, { ...cloudWide, scopeType: 'domain', scopeId: 'default' });
  await insertVolumeType(tx, {
    id: newUuid(),
    name: config.defaultVolumeType,
    description: 'Default Volume Type',
  });
  const made: Foundation = {
    internalTenant: await addInternalTenant(tx),
    adminId: admin,
    memberId: member,
  };
  await saveSetting(tx, settingKey, made);
  return made;
}

async function addUser(
  tx: Tx,
  name: string,
  passwordHash: string,
  defaultProjectId: string,
): Promise<string> {
  return (await insertUser(tx, { id: newHexId(), name, passwordHash, defaultProjectId })).id;
}

/** The owner of image-volumes, after Cinder's cinder_internal_tenant_project_id. */
async function addInternalTenant(tx: Tx): Promise<InternalTenant> {
  const name = 'cinderkit-internal';
  const project = await insertProject(tx, { id: newHexId(), name, isInternal: true });
  const user = await insertUser(tx, { id: newHexId(), name, isInternal: true, enabled: false });
  return { projectId: project.id, userId: user.id };
}
