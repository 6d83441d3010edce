// A message to users: why something went to error. Invariant: it is shown until expiresAt and may
// be removed after it.
import type { NewRow, TableShape } from './table-shape';

/** A recorded message. Times are ISO 8601 in UTC with microseconds and no zone. */
export interface MessageRow {
  readonly id: string;
  readonly projectId: string;
  readonly eventId: string;
  readonly messageLevel: string;
  /** The whole text as users see it. */
  readonly userMessage: string;
  readonly requestId: string | null;
  /** Upper case, as the API shows it: VOLUME, VOLUME_SNAPSHOT, VOLUME_BACKUP. */
  readonly resourceType: string | null;
  readonly resourceId: string | null;
  readonly createdAt: string;
  /** `guaranteed_until` of the API. */
  readonly expiresAt: string;
}

/** What must be given for a new message. */
export type NewMessage = NewRow<
  MessageRow,
  'id' | 'projectId' | 'eventId' | 'userMessage' | 'expiresAt'
>;

/** The table of messages. */
export const messageTable = {
  table: 'messages',
  columns: {
    id: 'value',
    projectId: 'value',
    eventId: 'value',
    messageLevel: 'value',
    userMessage: 'value',
    requestId: 'value?',
    resourceType: 'value?',
    resourceId: 'value?',
    createdAt: 'value',
    expiresAt: 'value',
  },
  blank: { messageLevel: 'ERROR', requestId: null, resourceType: null, resourceId: null },
  computed: {},
  searchable: {},
} as const satisfies TableShape<MessageRow>;
