// A transfer as it is recorded: a volume that one project offers to whoever has the key.
// Invariant: a row is an offer that waits; an accepted or withdrawn one is gone.
import type { NewRow, TableShape } from './table-shape';

/** A recorded transfer. Times are ISO 8601 in UTC with microseconds and no zone. */
export interface TransferRow {
  readonly id: string;
  readonly volumeId: string;
  /** The project that offers. */
  readonly projectId: string;
  readonly name: string | null;
  /** Hex; with it the key was digested. */
  readonly salt: string;
  /** Hex of the salted digest; the key itself is kept nowhere. */
  readonly keyDigest: string;
  /** Whether the volume's snapshots stay behind. */
  readonly noSnapshots: boolean;
  readonly createdAt: string;
}

/** What must be given for a new transfer. */
export type NewTransfer = NewRow<
  TransferRow,
  'id' | 'volumeId' | 'projectId' | 'salt' | 'keyDigest' | 'noSnapshots'
>;

/** The table of transfers. */
export const transferTable = {
  table: 'volume_transfers',
  columns: {
    id: 'value',
    volumeId: 'value',
    projectId: 'value',
    name: 'value?',
    salt: 'value',
    keyDigest: 'value',
    noSnapshots: 'boolean',
    createdAt: 'value',
  },
  blank: { name: null },
  computed: {},
  searchable: {},
} as const satisfies TableShape<TransferRow>;
