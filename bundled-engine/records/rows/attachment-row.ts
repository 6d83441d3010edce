// An attachment as it is recorded, and a connection. Invariant: a connection names a volume that
// some host may be reading or writing at this moment; an attachment is what the API tells of it.
import type { NewRow, TableShape } from './table-shape';

/** What a connected host was told of the volume; nothing of it before it was connected. */
export interface ConnectionFacts {
  /** What qemu opens as raw: an absolute path, or the address of a block server. */
  readonly devicePath: string;
  readonly accessMode: 'rw' | 'ro';
  readonly isCacheable: boolean;
  /** Limits that the host must keep to; null for none. */
  readonly qosSpecs: Readonly<Record<string, string | number | null>> | null;
}

/** A recorded attachment. Times are ISO 8601 in UTC with microseconds and no zone. */
export interface AttachmentRow {
  readonly id: string;
  readonly volumeId: string;
  /** The volume's project, so that lists need no other table. */
  readonly projectId: string;
  readonly userId: string;
  /** The server that it is for; null where a host alone was named. */
  readonly instanceId: string | null;
  readonly attachedHost: string | null;
  readonly mountpoint: string | null;
  /** `rw`, `ro`, or `null` (as text) where nobody has said. */
  readonly attachMode: string;
  /** reserved, attaching, attached, detaching, error_attaching or error_detaching. */
  readonly attachStatus: string;
  readonly connector: Readonly<Record<string, unknown>> | null;
  /** Empty before a host was connected, null for those made by os-attach. */
  readonly connectionInfo: Partial<ConnectionFacts> | null;
  readonly attachedAt: string | null;
  readonly detachedAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string | null;
}

/** What must be given for a new attachment. */
export type NewAttachment = NewRow<
  AttachmentRow,
  'id' | 'volumeId' | 'projectId' | 'userId' | 'attachStatus'
>;

/** The table of attachments. */
export const attachmentTable = {
  table: 'volume_attachments',
  columns: {
    id: 'value',
    volumeId: 'value',
    projectId: 'value',
    userId: 'value',
    instanceId: 'value?',
    attachedHost: 'value?',
    mountpoint: 'value?',
    attachMode: 'value',
    attachStatus: 'value',
    connector: 'json?',
    connectionInfo: 'json?',
    attachedAt: 'value?',
    detachedAt: 'value?',
    createdAt: 'value',
    updatedAt: 'value?',
  },
  blank: {
    instanceId: null,
    attachedHost: null,
    mountpoint: null,
    attachMode: 'null',
    connector: null,
    connectionInfo: null,
    attachedAt: null,
    detachedAt: null,
    updatedAt: null,
  },
  computed: {},
  searchable: {},
} as const satisfies TableShape<AttachmentRow>;

/** A host's connection to a volume. */
export interface ConnectionRow {
  /** The attachment's id, or `VOLUME/HOST` for one made by os-initialize_connection. */
  readonly id: string;
  readonly volumeId: string;
  /** The attachment that it belongs to, with which it goes. */
  readonly attachmentId: string | null;
  readonly mode: 'rw' | 'ro';
  readonly createdAt: string;
}

/** The table of connections. */
export const connectionTable = {
  table: 'volume_connections',
  columns: {
    id: 'value',
    volumeId: 'value',
    attachmentId: 'value?',
    mode: 'value',
    createdAt: 'value',
  },
  blank: { attachmentId: null },
  computed: {},
  searchable: {},
} as const satisfies TableShape<ConnectionRow>;
