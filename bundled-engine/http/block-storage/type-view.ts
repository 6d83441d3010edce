// How a volume type looks on the wire. Invariant: extra specs and QoS are the administrator's
// matter; others see only the specs that Cinder calls user-visible (cinder/api/v3/views/types.py).
import type { VolumeTypeRow } from '../../records/rows/volume-type-row';
import type { RouteRequest } from '../route-request';

const userVisible = new Set<string>([
  'multiattach',
  'RESKEY:availability_zones',
  'replication_enabled',
]);

/** Whether those who are no administrators may see the extra spec. */
export function isVisibleSpec(key: string): boolean {
  return userVisible.has(key);
}

/** The extra specs that the caller may see. */
export function visibleSpecs(
  request: RouteRequest,
  type: VolumeTypeRow,
): Readonly<Record<string, string>> {
  if (request.caller.isAdmin) return type.extraSpecs;
  const visible = Object.entries(type.extraSpecs).filter(([key]) => userVisible.has(key));
  return Object.fromEntries(visible);
}

/** The type as updates answer it: without what tells of access and QoS (cinder/api/views). */
export function briefTypeView(request: RouteRequest, type: VolumeTypeRow): Record<string, unknown> {
  return {
    id: type.id,
    name: type.name,
    is_public: type.isPublic,
    description: type.description,
    extra_specs: visibleSpecs(request, type),
  };
}

/** The type as making one answers it. */
export function newTypeView(request: RouteRequest, type: VolumeTypeRow): Record<string, unknown> {
  return {
    ...briefTypeView(request, type),
    'os-volume-type-access:is_public': type.isPublic,
  };
}

/** The type as `show` and `list` give it. */
export function typeView(request: RouteRequest, type: VolumeTypeRow): Record<string, unknown> {
  return {
    ...briefTypeView(request, type),
    ...(request.caller.isAdmin ? { qos_specs_id: type.qosSpecsId } : {}),
    'os-volume-type-access:is_public': type.isPublic,
  };
}
