// QoS specs as they are recorded. Invariant: names are unique: the database refuses others.
import type { NewRow, TableShape } from './table-shape';

/** Who keeps to the limits: the host that opens a volume, the storage, or both. */
export type QosConsumer = 'front-end' | 'back-end' | 'both';

/** Limits by name; null where a key has no value. */
export type QosPairs = Readonly<Record<string, string | null>>;

/** Recorded QoS specs. Times are ISO 8601 in UTC with microseconds and no zone. */
export interface QosSpecsRow {
  readonly id: string;
  readonly name: string;
  readonly consumer: QosConsumer;
  readonly specs: QosPairs;
  readonly createdAt: string;
  readonly updatedAt: string | null;
}

/** What must be given for new QoS specs. */
export type NewQosSpecs = NewRow<QosSpecsRow, 'id' | 'name' | 'consumer'>;

/** The table of QoS specs. */
export const qosSpecsTable = {
  table: 'qos_specs',
  columns: {
    id: 'value',
    name: 'value',
    consumer: 'value',
    specs: 'json',
    createdAt: 'value',
    updatedAt: 'value?',
  },
  blank: { specs: {}, updatedAt: null },
  computed: {},
  searchable: {},
} as const satisfies TableShape<QosSpecsRow>;
