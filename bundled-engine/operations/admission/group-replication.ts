// Calls on a group's replication. No pool of this engine replicates, so each is refused: with the
// words that Cinder has for what is missing, in its order (cinder/group/api.py _check_type,
// enable_replication and its like). Invariant: nothing is changed.
import { typeFaults } from '../../../schema/faults';
import { groupFaults, groupTypeFaults } from '../../../schema/group-faults';
import type { Db } from '../../records/database';
import { findGroupType } from '../../records/group-types';
import { volumeTypeIdsOf } from '../../records/groups';
import type { Group } from '../../records/rows/group-row';
import { findVolumeType } from '../../records/volume-types';

const calls = {
  enable: { valid: ['available'], replication: ['disabled', 'enabled'], name: 'enable' },
  disable: { valid: ['available', 'error'], replication: ['enabled', 'error'], name: 'disable' },
  failover: { valid: ['available'], replication: ['enabled', 'failed-over'], name: 'failover' },
  list: null,
} as const;

const yes = '<is> True';

function listOf(words: readonly string[]): string {
  return `[${words.map((word) => `'${word}'`).join(', ')}]`;
}

/** Refuses the call; never returns. Fails with 400. */
export async function assertReplicates(
  db: Db,
  group: Group,
  call: keyof typeof calls,
): Promise<never> {
  const { id, status, replicationStatus } = group;
  const type = await findGroupType(db, group.groupTypeId, { isAdmin: true });
  const specs = type?.groupSpecs ?? {};
  const isReplicated =
    specs['group_replication_enabled'] === yes ||
    specs['consistent_group_replication_enabled'] === yes;
  if (!isReplicated) {
    const reason = `Group ${id} is not a replication group type.`;
    throw groupTypeFaults.invalidGroupType({ reason });
  }
  for (const typeId of volumeTypeIdsOf(group)) {
    const volumeType = await findVolumeType(db, typeId);
    if (volumeType?.extraSpecs['replication_enabled'] === yes) continue;
    const spec = `'replication_enabled' spec key set to '${yes}'`;
    const reason = `Volume type ${typeId} does not have ${spec}.`;
    throw typeFaults.invalidType({ reason });
  }
  const needs = calls[call];
  const refuse = (reason: string): Error => groupFaults.invalidGroup({ reason });
  if (needs) {
    const { valid, replication, name } = needs;
    const end = `Cannot ${name} replication.`;
    if (!valid.some((each) => each === status)) {
      const found = `but current status is: ${status}`;
      throw refuse(`Group ${id} status must be ${listOf(valid)}, ${found}. ${end}`);
    }
    if (!replication.some((each) => each === replicationStatus)) {
      const found = `but current status is: ${replicationStatus ?? 'None'}`;
      throw refuse(
        `Group ${id} replication status must be ${listOf(replication)}, ${found}. ${end}`,
      );
    }
  }
  throw refuse(`Group ${id} cannot be replicated: no pool of this service replicates.`);
}
