// Handlers of volumes: create, list, show, update, delete, summary. Invariant: a handler
// translates between the wire and admission or records; it decides nothing itself.
import { httpFaults } from '../http-faults';
import { requestFaults, volumeFaults } from '../../../schema/faults';
import { bytesHeader } from '../../../schema/wire/volumes';
import type { volumeRoutes } from '../../../schema/wire/volumes';
import { admitCreateVolume } from '../../operations/admission/new-volume';
import { changeableVolume, ownVolume } from '../../operations/admission/find-owned';
import { admitDeleteVolume } from '../../operations/admission/volume-changes';
import type { Parts } from '../../parts';
import { attachedTo } from '../../records/attachments';
import type { VolumeRow } from '../../records/rows/volume-row';
import { isUnknownMarker } from '../../records/table';
import { countVolumes, listVolumes, summarizeVolumes, updateVolume } from '../../records/volumes';
import { Answer } from '../route-request';
import type { HandlersOf, RouteRequest } from '../route-request';
import { askerOf, param, queryFlag, strictFlag } from './asker-of';
import { filtersOf } from './extensions-list';
import { listQueryOf, projectOf } from './list-params';
import type { Offers } from './list-params';
import { listReply } from './list-reply';
import { metadataHandlers } from './metadata-handlers';
import { briefVolumeView, volumeView } from './volume-view';

const offers: Offers<VolumeRow> = {
  configured: filtersOf('volume'),
  filters: {
    id: { column: 'id', kind: 'text', adminOnly: true },
    name: { column: 'name', kind: 'text' },
    display_name: { column: 'name', kind: 'text' },
    status: { column: 'status', kind: 'text' },
    metadata: { column: 'metadata', kind: 'pairs' },
    glance_metadata: { column: 'imageMetadata', kind: 'pairs', sinceMinor: 4 },
    bootable: { column: 'bootable', kind: 'boolean' },
    migration_status: { column: 'migrationStatus', kind: 'nullable' },
    availability_zone: { column: 'availabilityZone', kind: 'text' },
    group_id: { column: 'groupId', kind: 'nullable', sinceMinor: 10 },
    size: { column: 'sizeGib', kind: 'integer' },
    // Announced for 3.60 and 3.65, but let through since filters are configured.
    created_at: { column: 'createdAt', kind: 'time', sinceMinor: 31 },
    updated_at: { column: 'updatedAt', kind: 'time', sinceMinor: 31 },
    consumes_quota: { column: 'consumesQuota', kind: 'boolean', sinceMinor: 31 },
    volume_type_id: { column: 'volumeTypeId', kind: 'text' },
    user_id: { column: 'userId', kind: 'text', adminOnly: true },
    source_volid: { column: 'sourceVolumeId', kind: 'text', adminOnly: true },
    snapshot_id: { column: 'snapshotId', kind: 'text', adminOnly: true },
  },
  sorts: {
    id: 'id',
    name: 'name',
    display_name: 'name',
    status: 'status',
    size: 'sizeGib',
    bootable: 'bootable',
    availability_zone: 'availabilityZone',
    created_at: 'createdAt',
    updated_at: 'updatedAt',
    volume_type_id: 'volumeTypeId',
    user_id: 'userId',
    project_id: 'projectId',
  },
};

async function listed(request: RouteRequest, parts: Parts, isDetail: boolean): Promise<unknown> {
  const query = listQueryOf(request, offers);
  const page = await listVolumes(parts.database, query);
  const isCounted = request.minor >= 45 && strictFlag(request, 'with_count');
  const ids = !isDetail || isUnknownMarker(page) ? [] : page.rows.map(({ id }) => id);
  const attached = await attachedTo(parts.database, ids);
  return listReply(request, {
    key: 'volumes',
    path: isDetail ? 'volumes/detail' : 'volumes',
    page,
    view: isDetail ? volumeView(request, { extended: true, attached }) : briefVolumeView(request),
    count: isCounted ? await countVolumes(parts.database, query) : undefined,
  });
}

async function summary(request: RouteRequest, parts: Parts): Promise<unknown> {
  const projectId = projectOf(request);
  const { count, sizeGib } = await summarizeVolumes(parts.database, projectId);
  const told: Record<string, unknown> = { total_count: count, total_size: sizeGib };
  if (request.minor >= 36) told['metadata'] = await metadataValues(parts, projectId);
  return { 'volume-summary': told };
}

/** Every metadata key in use with its values, each once. */
async function metadataValues(
  parts: Parts,
  projectId: string | null,
): Promise<Record<string, string[]>> {
  const page = await listVolumes(parts.database, {
    projectId,
    sort: [{ key: 'createdAt', direction: 'asc' }],
  });
  const values = new Map<string, Set<string>>();
  for (const volume of isUnknownMarker(page) ? [] : page.rows) {
    for (const [key, value] of Object.entries(volume.metadata)) {
      values.set(key, (values.get(key) ?? new Set()).add(value));
    }
  }
  return Object.fromEntries([...values].map(([key, set]) => [key, [...set]]));
}

const metadata = metadataHandlers({
  find: async (db, viewer, id) => {
    const { id: ownId, status, metadata: pairs } = await ownVolume(db, viewer, id);
    return { id: ownId, status, metadata: pairs };
  },
  async change(tx, viewer, id) {
    const volume = await changeableVolume(tx, viewer, id);
    if (volume.status !== 'uploading') return volume;
    throw volumeFaults.invalidVolume({
      reason: `the metadata of volume ${id} cannot be changed while its status is uploading`,
    });
  },
  save: (tx, id, pairs) => updateVolume(tx, id, { metadata: pairs }),
  missing: (id, key) => volumeFaults.volumeMetadataNotFound({ id, key }),
});

/** Handlers by the verbs of the route table. */
export const volumeHandlers: HandlersOf<typeof volumeRoutes> = {
  showVolumeMetadata: metadata.show,
  addVolumeMetadata: metadata.add,
  replaceVolumeMetadata: metadata.replace,
  showVolumeMetadataKey: metadata.showKey,
  setVolumeMetadataKey: metadata.setKey,
  removeVolumeMetadataKey: metadata.removeKey,

  async createVolume(request, parts) {
    const { volume: asked } = request.body;
    if (asked.multiattach === true) {
      throw requestFaults.badInput({
        message:
          'multiattach parameter has been removed. The default behavior is to use multiattach ' +
          'enabled volume types. Contact your administrator to create a multiattach enabled ' +
          'volume type and use it to create multiattach volumes.',
      });
    }
    const volume = await admitCreateVolume(parts, askerOf(request), {
      name: asked.name ?? asked.display_name ?? null,
      description: asked.description ?? asked.display_description ?? null,
      sizeGib: asked.size ?? null,
      volumeType: asked.volume_type ?? null,
      availabilityZone: asked.availability_zone ?? null,
      metadata: asked.metadata ?? {},
      imageRef: asked.imageRef ?? asked.image_id ?? null,
      snapshotId: asked.snapshot_id ?? null,
      sourceVolumeId: asked.source_volid ?? null,
      backupId: request.minor >= 47 ? (asked.backup_id ?? null) : null,
      groupId: (request.minor >= 13 ? asked.group_id : null) ?? asked.consistencygroup_id ?? null,
    });
    return { volume: volumeView(request, { extended: false })(volume) };
  },

  listVolumes: (request, parts) => listed(request, parts, false),
  listVolumesDetail: (request, parts) => listed(request, parts, true),
  summariseVolumes: summary,

  async showVolume(request, parts) {
    const volume = await ownVolume(parts.database, request.caller, param(request, 'id'));
    const attached = await attachedTo(parts.database, [volume.id]);
    return new Answer({
      headers: volume.bytes === null ? {} : { [bytesHeader]: volume.bytes },
      body: { volume: volumeView(request, { extended: true, attached })(volume) },
    });
  },

  async updateVolume(request, parts) {
    const { volume: asked } = request.body;
    if (Object.keys(asked).length === 0 && request.minor >= 53) {
      throw requestFaults.badInput({
        message:
          'Invalid input for field/attribute volume. Value: {}. {} does not have enough properties',
      });
    }
    const id = param(request, 'id');
    const volume = await parts.database.transaction(async (tx) => {
      const found = await changeableVolume(tx, request.caller, id);
      const name = asked.name !== undefined ? asked.name : asked.display_name;
      const description =
        asked.description !== undefined ? asked.description : asked.display_description;
      await updateVolume(tx, found.id, {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
        ...(asked.metadata ? { metadata: asked.metadata } : {}),
      });
      return ownVolume(tx, request.caller, id);
    });
    const attached = await attachedTo(parts.database, [volume.id]);
    return { volume: volumeView(request, { extended: false, attached })(volume) };
  },

  async deleteVolume(request, parts) {
    const force = request.minor >= 23 && queryFlag(request, 'force');
    if (force && !request.caller.isAdmin) {
      throw httpFaults.policyRefused({ rule: 'volume:force_delete' });
    }
    await admitDeleteVolume(parts, askerOf(request), {
      volumeId: param(request, 'id'),
      cascade: queryFlag(request, 'cascade'),
      force,
    });
  },
};
