// How a volume type looks on the wire. Invariant: extra specs and QoS are the administrator's
// matter; others see only the specs that Cinder calls user-visible (cinder/api/v3/views/types.py).
import type { VolumeTypeRow } from '../../records/rows/volume-type-row';
import type { RouteRequest } from '../route-request';

const userVisible = new Set<string>([
  'multiattach',
  'RESKEY:availability_zones',
  'replication_enabled',
]);

/** The extra specs that the caller may see. */
export function visibleSpecs(
  request: RouteRequest,
  type: VolumeTypeRow,
): Readonly<Record<string, string>> {
  if (request.caller.isAdmin) return type.extraSpecs;
  const visible = Object.entries(type.extraSpecs).filter(([key]) => userVisible.has(key));
  return Object.fromEntries(visible);
}

/** The type as `show` and `list` give it. */
export function typeView(request: RouteRequest, type: VolumeTypeRow): Record<string, unknown> {
  return {
    id: type.id,
    name: type.name,
    is_public: type.isPublic,
    description: type.description,
    extra_specs: visibleSpecs(request, type),
    ...(request.caller.isAdmin ? { qos_specs_id: type.qosSpecsId } : {}),
    'os-volume-type-access:is_public': type.isPublic,
  };
}
