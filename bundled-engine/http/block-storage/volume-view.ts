// How a volume looks on the wire, at each microversion and for each kind of caller. Invariant:
// exactly Cinder's keys (cinder/api/v3/views/volumes.py and recorded replies), for strict clients
// refuse more. This runs a hundred times a list: no allocation that is not in the reply.
import { createHash } from 'node:crypto';
import { shownSizeGib } from '../../operations/extend-volume';
import type { AttachmentRow } from '../../records/rows/attachment-row';
import type { Volume } from '../../records/rows/volume-row';
import type { RouteRequest } from '../route-request';
import { linker } from './asker-of';
import { attachmentsInVolume } from './attachment-view';

/** The short form of lists. */
export function briefVolumeView(request: RouteRequest): (volume: Volume) => unknown {
  const links = linker(request, 'volumes');
  return ({ id, name }) => ({ id, name, links: links(id) });
}

/**
 * `extended`: with the attributes that extensions add to `show` and `detail` alone. `attached`: the
 * attachments that are attached, by volume; none for volumes that are new.
 */
export function volumeView(
  request: RouteRequest,
  options: {
    readonly extended: boolean;
    readonly attached?: ReadonlyMap<string, readonly AttachmentRow[]>;
  },
): (volume: Volume) => Record<string, unknown> {
  const links = linker(request, 'volumes');
  const { minor } = request;
  const { isAdmin } = request.caller;
  return (volume) => {
    const view: Record<string, unknown> = {
      id: volume.id,
      status: volume.status,
      size: shownSizeGib(volume),
      availability_zone: volume.availabilityZone,
      created_at: volume.createdAt,
      updated_at: volume.updatedAt,
      name: volume.name,
      description: volume.description,
      volume_type: volume.volumeTypeName,
      snapshot_id: volume.snapshotId,
      source_volid: volume.sourceVolumeId,
      metadata: visibleMetadata(volume),
      links: links(volume.id),
      user_id: volume.userId,
      bootable: volume.bootable ? 'true' : 'false',
      encrypted: volume.encrypted,
      replication_status: volume.replicationStatus,
      consistencygroup_id: volume.consistencyGroupId,
      multiattach: volume.multiattach,
      attachments: attachmentsInVolume(request, options.attached?.get(volume.id)),
    };
    if (isAdmin) view['migration_status'] = volume.migrationStatus;
    if (minor >= 13) addVersioned(view, volume, { minor, isAdmin });
    if (options.extended) addExtended(view, volume, isAdmin);
    return view;
  };
}

function addVersioned(
  view: Record<string, unknown>,
  volume: Volume,
  at: { minor: number; isAdmin: boolean },
): void {
  const { minor, isAdmin } = at;
  view['group_id'] = volume.groupId;
  if (minor >= 21 && isAdmin) view['provider_id'] = null;
  if (minor >= 48) {
    view['shared_targets'] = volume.sharedTargets;
    view['service_uuid'] = volume.pool === null ? null : serviceUuid(volume.pool);
  }
  if (minor >= 61 && isAdmin) view['cluster_name'] = null;
  if (minor >= 63) view['volume_type_id'] = volume.volumeTypeId;
  if (minor >= 65) view['consumes_quota'] = volume.consumesQuota;
}

function addExtended(view: Record<string, unknown>, volume: Volume, isAdmin: boolean): void {
  for (const _ in volume.imageMetadata) {
    view['volume_image_metadata'] = volume.imageMetadata;
    break;
  }
  view['os-vol-tenant-attr:tenant_id'] = volume.projectId;
  if (!isAdmin) return;
  view['os-vol-mig-status-attr:migstat'] = volume.migrationStatus;
  view['os-vol-mig-status-attr:name_id'] = null;
  view['os-vol-host-attr:host'] = volume.pool === null ? null : hostOf(volume.pool);
}

/** The user's metadata with what is shown of the administrator's. */
export function visibleMetadata(volume: Volume): Readonly<Record<string, string>> {
  const { readonly, attached_mode: mode } = volume.adminMetadata;
  if (readonly === undefined && mode === undefined) return volume.metadata;
  return {
    ...volume.metadata,
    ...(readonly === undefined ? {} : { readonly }),
    ...(mode === undefined ? {} : { attached_mode: mode }),
  };
}

/** The host string of a pool, as os-vol-host-attr:host shows it. */
export function hostOf(pool: string): string {
  return `cinderkit@${pool}#${pool}`;
}

const serviceUuids = new Map<string, string>();

/** The id of the service behind a pool: always the same for the same name. */
export function serviceUuid(pool: string): string {
  const known = serviceUuids.get(pool);
  if (known) return known;
  const hex = createHash('sha256')
    .update(`cinder-volume:${hostOf(pool)}`)
    .digest('hex');
  const uuid = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
  serviceUuids.set(pool, uuid);
  return uuid;
}
