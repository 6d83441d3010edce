// An encryption record of a volume type. Invariant: a type has one at the most, and it goes with
// the type: the database sees to both.
import type { NewRow, TableShape } from './table-shape';

/** How volumes of a type are to be encrypted. Times are ISO 8601 in UTC without a zone. */
export interface TypeEncryptionRow {
  readonly volumeTypeId: string;
  readonly encryptionId: string;
  readonly provider: string;
  readonly cipher: string | null;
  /** Bits of the key; null where the provider is to choose. */
  readonly keySize: number | null;
  readonly controlLocation: string;
  readonly createdAt: string;
  readonly updatedAt: string | null;
}

/** What must be given for a new record. */
export type NewTypeEncryption = NewRow<
  TypeEncryptionRow,
  'volumeTypeId' | 'encryptionId' | 'provider' | 'controlLocation'
>;

/** What may be changed. */
export type TypeEncryptionPatch = Partial<
  Pick<TypeEncryptionRow, 'provider' | 'cipher' | 'keySize' | 'controlLocation'>
>;

/** The table of encryption records. */
export const typeEncryptionTable = {
  table: 'volume_type_encryption',
  columns: {
    volumeTypeId: 'value',
    encryptionId: 'value',
    provider: 'value',
    cipher: 'value?',
    keySize: 'value?',
    controlLocation: 'value',
    createdAt: 'value',
    updatedAt: 'value?',
  },
  blank: { cipher: null, keySize: null, updatedAt: null },
  computed: {},
  searchable: {},
} as const satisfies TableShape<TypeEncryptionRow>;
