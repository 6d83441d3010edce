// Changes a group: its name, its description, which volumes are in it. Invariant: all of it is one
// transaction, for nothing of it touches a byte. So, other than with Cinder, `updating` is never
// seen and a rename leaves the status as it is, where Cinder makes even a broken group available
// (cinder/group/api.py update).
import { volumeFaults } from '../../../schema/faults';
import { groupFaults } from '../../../schema/group-faults';
import type { Parts } from '../../parts';
import type { Tx } from '../../records/database';
import { updateGroup, volumeTypeIdsOf } from '../../records/groups';
import type { Group } from '../../records/rows/group-row';
import type { Volume } from '../../records/rows/volume-row';
import { findVolume, updateVolume } from '../../records/volumes';
import { volumesOfGroup } from '../group-members';
import type { Asker } from '../operation-context';
import { ownGroup } from './find-group';

/** What to change; null leaves a thing as it is. Lists are ids joined by commas. */
export interface GroupUpdate {
  readonly groupId: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly addVolumes: string | null;
  readonly removeVolumes: string | null;
}

/** Changes the group. */
export async function changeGroup(parts: Parts, asker: Asker, update: GroupUpdate): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const group = await ownGroup(tx, asker, update.groupId);
    const name = update.name === group.name ? null : update.name;
    const description = update.description === group.description ? null : update.description;
    const [toAdd, toRemove] = [idsIn(update.addVolumes), idsIn(update.removeVolumes)];
    const inBoth = toAdd.filter((id) => toRemove.includes(id));
    if (inBoth.length > 0) {
      const shown = inBoth.map((id) => `'${id}'`).join(', ');
      throw refusal(`UUIDs [${shown}] are in both add and remove volume list.`);
    }
    const members = await volumesOfGroup(tx, group.id);
    const adds = await addable(tx, asker, { group, members, ids: toAdd });
    const removes = removable(group, members, toRemove);
    if (name === null && description === null && adds.length + removes.length === 0) {
      throw groupFaults.invalidGroup({
        reason:
          `Cannot update group ${group.id} because no valid name, description, add_volumes, ` +
          'or remove_volumes were provided.',
      });
    }
    if (adds.length + removes.length > 0 && group.status !== 'available') {
      throw groupFaults.invalidGroup({ reason: 'Group status must be available.' });
    }
    const consistencyGroupId = group.isConsistencyGroup ? group.id : null;
    for (const { id } of adds)
      await updateVolume(tx, id, { groupId: group.id, consistencyGroupId });
    for (const { id } of removes) {
      await updateVolume(tx, id, { groupId: null, consistencyGroupId: null });
    }
    await updateGroup(tx, group.id, {
      ...(name === null ? {} : { name }),
      ...(description === null ? {} : { description }),
    });
  });
}

function refusal(reason: string): Error {
  return volumeFaults.invalidVolume({ reason });
}

function idsIn(list: string | null): string[] {
  const trimmed = (list ?? '').replace(/^,+|,+$/g, '');
  return trimmed === '' ? [] : [...new Set(trimmed.split(','))];
}

/** What is added: not what the group has already. */
async function addable(
  tx: Tx,
  asker: Asker,
  at: { group: Group; members: readonly Volume[]; ids: readonly string[] },
): Promise<Volume[]> {
  const found: Volume[] = [];
  for (const id of at.ids) {
    if (at.members.some((member) => member.id === id)) continue;
    const owner = { projectId: asker.isAdmin ? null : asker.projectId };
    const volume = await findVolume(tx, id.toLowerCase(), owner);
    if (!volume || volume.isInternal) {
      const why = 'because volume cannot be found';
      throw refusal(`Cannot add volume ${id} to group ${at.group.id} ${why}.`);
    }
    assertAddable(at.group, volume);
    found.push(volume);
  }
  return found;
}

function assertAddable(group: Group, volume: Volume): void {
  const refuse = (why: string): Error =>
    refusal(`Cannot add volume ${volume.id} to group ${group.id} ${why}.`);
  if (volume.groupId !== null) {
    throw refuse(`because it is already in group ${volume.groupId}`);
  }
  if (volume.projectId !== group.projectId) {
    throw refuse('as they belong to different projects');
  }
  const { volumeTypeId, status } = volume;
  if (volumeTypeId === null) throw refuse('because it has no volume type');
  if (!volumeTypeIdsOf(group).includes(volumeTypeId)) {
    throw refuse(`because volume type ${volumeTypeId} is not supported by the group`);
  }
  if (status !== 'available' && status !== 'in-use') {
    throw refuse(
      `because volume is in an invalid state: ${status}. Valid states are: ` +
        "('available', 'in-use')",
    );
  }
  if (volume.pool !== group.pool) throw refusal('Volume is not local to this node.');
}

const removableStatuses: readonly string[] = ['available', 'in-use', 'error', 'error_deleting'];

function removable(group: Group, members: readonly Volume[], ids: readonly string[]): Volume[] {
  return ids.map((id) => {
    const refuse = (why: string): Error =>
      refusal(`Cannot remove volume ${id} from group ${group.id} because ${why}.`);
    const volume = members.find((member) => member.id === id);
    if (!volume) throw refuse('it is not in the group');
    if (removableStatuses.includes(volume.status)) return volume;
    throw refuse(
      `volume is in an invalid state: ${volume.status}. Valid states are: ` +
        "('available', 'in-use', 'error', 'error_deleting')",
    );
  });
}
