// Laws of who may do what, over every route of every service: a reader reads, nobody without a
// login gets further than the login, and administrators' routes say so.
import { servedTables } from '../../bundled-engine/http/block-storage/served-tables';
import { defaultTypeRoutes } from '../../schema/wire/default-types';
import { groupSpecRoutes, groupTypeRoutes } from '../../schema/wire/group-types';
import { identityRoutes } from '../../schema/wire/identity';
import { imageMemberRoutes } from '../../schema/wire/image-members';
import { imageRoutes } from '../../schema/wire/images';
import { qosRoutes } from '../../schema/wire/qos-specs';
import { quotaRoutes } from '../../schema/wire/quotas';
import type { Route } from '../../schema/wire/route';
import { typeEncryptionRoutes } from '../../schema/wire/type-encryption';
import { extraSpecRoutes, typeActionRoutes, typeRoutes } from '../../schema/wire/volume-types';

const tables: Readonly<Record<string, Route>>[] = [
  ...servedTables.map(({ table }) => table),
  imageRoutes,
  imageMemberRoutes,
];

const all = tables.flatMap((table) => Object.entries(table));
const isReading = ({ method, action }: Route): boolean =>
  method === 'GET' || method === 'HEAD' || action?.startsWith('os-show_') === true;

it('a reader changes nothing', () => {
  const writing = all.filter(([, route]) => !isReading(route));
  expect(writing.length).toBeGreaterThan(40);
  const loose = writing.filter(([, { policy }]) => !['member', 'admin'].includes(policy.needs));
  expect(loose.map(([verb]) => verb)).toEqual([]);
});

it('nothing of a project is told without a login', () => {
  const open = all.filter(([, { policy }]) => policy.needs === 'anyone');
  expect(open.map(([verb]) => verb)).toEqual([]);
});

it('only an administrator changes projects, users, roles and types', () => {
  const types = [typeRoutes, typeActionRoutes, extraSpecRoutes, qosRoutes, defaultTypeRoutes];
  const groupTypes = [groupTypeRoutes, groupSpecRoutes];
  const writing = [...types, ...groupTypes, typeEncryptionRoutes, quotaRoutes, identityRoutes]
    .flatMap((table): [string, Route][] => Object.entries(table))
    .filter(([, route]) => !isReading(route) && route.policy.needs !== 'admin')
    .map(([verb]) => verb);
  // These look at the caller themselves: a login, and what a user may do to what is their own.
  expect(writing).toEqual([
    'login',
    'revokeToken',
    'changePassword',
    'createApplicationCredential',
    'deleteApplicationCredential',
  ]);
});
