// The catalogue of errors about groups, their types and their snapshots. Texts are those of a real
// Cinder (cinder/exception.py, cinder/group/api.py, cinder/api/v3/groups.py), for tools match on
// them. Invariant: the code of a row never changes its meaning.
import { defineFaults } from './kernel/fault';

interface Missing {
  readonly id: string;
}

/** Makers of faults about group types and their specs. */
export const groupTypeFaults = defineFaults({
  groupTypeNotFound: {
    http: 404,
    message: (d: Missing) => `Group type ${d.id} could not be found.`,
  },
  groupTypeNameNotFound: {
    http: 404,
    message: (d: { name: string }) => `Group type with name ${d.name} could not be found.`,
  },
  defaultGroupTypeNotFound: { http: 404, message: () => 'Default group type can not be found.' },
  groupTypeExists: {
    http: 409,
    message: (d: { name: string }) => `Group Type ${d.name} already exists.`,
  },
  groupTypeInUse: { http: 400, message: () => 'Target group type is still in use.' },
  groupTypeNameEmpty: { http: 400, message: () => 'Group type name can not be empty.' },
  groupTypeNothingToUpdate: {
    http: 400,
    message: () => 'Specify group type name, description or a combination thereof.',
  },
  groupSpecNotShown: {
    http: 404,
    message: (d: { id: string; key: string }) =>
      `Group Type ${d.id} has no extra spec with key ${d.key}.`,
  },
  groupSpecNotFound: {
    http: 404,
    message: (d: { id: string; key: string }) =>
      `Group Type ${d.id} has no specs with key ${d.key}.`,
  },
  invalidGroupType: {
    http: 400,
    message: (d: { reason: string }) => `Invalid group type: ${d.reason}`,
  },
});

/** Makers of faults about groups and group snapshots. */
export const groupFaults = defineFaults({
  groupSnapshotNotFound: {
    http: 404,
    message: (d: Missing) => `GroupSnapshot ${d.id} could not be found.`,
  },
  invalidGroup: { http: 400, message: (d: { reason: string }) => `Invalid Group: ${d.reason}` },
  invalidGroupSnapshot: {
    http: 400,
    message: (d: { reason: string }) => `Invalid GroupSnapshot: ${d.reason}`,
  },
  invalidGroupStatus: {
    http: 400,
    message: (d: { reason: string }) => `Invalid Group Status: ${d.reason}`,
  },
  invalidGroupSnapshotStatus: {
    http: 400,
    message: (d: { reason: string }) => `Invalid GroupSnapshot Status: ${d.reason}`,
  },
  /** Consistency groups have calls of their own. */
  groupTypeReserved: {
    http: 400,
    message: (d: { groupTypeId: string }) =>
      `Group_type ${d.groupTypeId} is reserved for migrating CGs to groups. Migrated group can ` +
      'only be operated by CG APIs.',
  },
  groupSnapshotTypeReserved: {
    http: 400,
    message: (d: { groupTypeId: string }) =>
      `Group_type ${d.groupTypeId} is reserved for migrating CGs to groups. Migrated group ` +
      'snapshots can only be operated by CG snapshot APIs.',
  },
  tooManyGroups: {
    http: 413,
    message: (d: { limit: number }) =>
      `GroupLimitExceeded: Maximum number of groups allowed (${d.limit}) exceeded`,
  },
});

/** Makers of faults of the calls on consistency groups. */
export const consistencyGroupFaults = defineFaults({
  /** A refusal in words of the call itself. */
  consistencyGroupRefused: { http: 400, message: (d: { message: string }) => d.message },
  consistencyTypeMissing: {
    http: 400,
    message: (d: { name: string }) =>
      `Group type ${d.name} not found. Rerun migration script to create the default cgsnapshot ` +
      'type.',
  },
});
