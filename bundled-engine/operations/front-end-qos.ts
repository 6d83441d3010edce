// The QoS specs that the host which opens a volume must keep to. Source: Cinder,
// cinder/volume/manager.py _parse_connection_options and cinder/db/sqlalchemy/api.py
// volume_qos_allows_retype. Invariant: a host keeps to what it was told when it connected, so the
// specs of a volume in use do not change under it by a retype.
import type { Db } from '../records/database';
import { qosSpecsOfType } from '../records/qos-specs';
import type { QosSpecsRow } from '../records/rows/qos-specs-row';
import type { Volume } from '../records/rows/volume-row';

/** What a host is told: limits by name. Those counted for each GiB come out as numbers. */
export type FrontEndQos = Readonly<Record<string, string | number | null>>;

const countedPerGib = [
  'read_iops_sec',
  'read_bytes_sec',
  'write_iops_sec',
  'write_bytes_sec',
  'total_iops_sec',
  'total_bytes_sec',
];

/** The specs for whoever connects to the volume; null where it has none for the front end. */
export async function frontEndQos(
  db: Db,
  volume: Pick<Volume, 'volumeTypeId' | 'sizeGib'>,
): Promise<FrontEndQos | null> {
  if (volume.volumeTypeId === null) return null;
  const qos = await qosSpecsOfType(db, volume.volumeTypeId);
  if (!qos || !isForFrontEnd(qos)) return null;
  return countedPerGib.reduce<FrontEndQos>(
    (specs, option) => withSizeCounted(specs, option, volume.sizeGib),
    qos.specs,
  );
}

/**
 * Whether a retype leaves alone what the hosts of the volume were told: the volume is not in use,
 * both types carry the same specs, or neither carries any for the front end.
 */
export async function frontEndQosAllowsRetype(
  db: Db,
  volume: Pick<Volume, 'volumeTypeId' | 'status'>,
  newTypeId: string,
): Promise<boolean> {
  if (volume.status === 'available') return true;
  const before = volume.volumeTypeId ? await qosSpecsOfType(db, volume.volumeTypeId) : undefined;
  const after = await qosSpecsOfType(db, newTypeId);
  if (before && before.id === after?.id) return true;
  return !isForFrontEnd(before) && !isForFrontEnd(after);
}

function isForFrontEnd(qos: QosSpecsRow | undefined): boolean {
  return qos !== undefined && qos.consumer !== 'back-end';
}

/** `OPTION_per_gb` becomes OPTION: times the size, no less than its `_min`, no more than `_max`. */
function withSizeCounted(specs: FrontEndQos, option: string, sizeGib: number): FrontEndQos {
  const perGib = wholeNumber(specs[`${option}_per_gb`]);
  if (perGib === null) return specs;
  const counted = Math.max(wholeNumber(specs[`${option}_per_gb_min`]) ?? 0, perGib * sizeGib);
  const spent = new Set<string>(
    ['_per_gb', '_per_gb_min', '_max'].map((suffix) => option + suffix),
  );
  const rest = Object.entries(specs).filter(([key]) => !spent.has(key));
  const limit = Math.min(counted, wholeNumber(specs[`${option}_max`]) ?? counted);
  return { ...Object.fromEntries(rest), [option]: limit };
}

/** Specs are free text: what is no number is handed on as it is, for the host to judge. */
function wholeNumber(value: string | number | null | undefined): number | null {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : null;
}
