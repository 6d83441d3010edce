// Transfers of volumes between projects: the calls under volume-transfers, and the older ones under
// os-volume-transfer that know no choice about snapshots. Invariant: keys and values are those of a
// real Cinder (cinder/api/v3/volume_transfer.py, cinder/api/schemas/volume_transfer.py).
import { z } from 'zod';
import { routes } from './route';
import { nextLinks, wireBoolean, wireLinks, wireUuid } from './shapes';

function shown(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

/** 1 to 255 characters once the spaces around are gone, or null. */
const transferName = z
  .transform<string | null, string | null>((value, context) => {
    if (value === null) return null;
    const name = typeof value === 'string' ? value.trim() : '';
    const count = [...name].length;
    if (count > 0 && count <= 255 && !name.includes('\u0000')) return name;
    const message = `${shown(value)} is not valid under any of the given schemas`;
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  })
  .optional();

/** The key as text; digits alone are taken as a number too. */
const authKey = z.transform<string | number, string>((value, context) => {
  if (typeof value === 'string' || Number.isInteger(value)) return String(value);
  const missing = value === undefined;
  context.issues.push(
    missing
      ? { code: 'invalid_type', expected: 'string', input: value }
      : {
          code: 'custom',
          message: `${shown(value)} is not of type 'string', 'integer'`,
          input: value,
        },
  );
  return z.NEVER;
});

/** What a caller says to offer a volume; `no_snapshots` since 3.55. */
export const transferCreateBody = z.strictObject({
  transfer: z.strictObject({
    volume_id: wireUuid,
    name: transferName,
    no_snapshots: wireBoolean.optional(),
  }),
});

const oldCreateBody = z.strictObject({
  transfer: z.strictObject({ volume_id: wireUuid, name: transferName }),
});

const acceptBody = z.strictObject({ accept: z.strictObject({ auth_key: authKey }) });

/** A transfer as lists without details and `accept` give it. */
export const transferBrief = z.looseObject({
  id: z.string(),
  volume_id: z.string(),
  name: z.string().nullable(),
  links: wireLinks,
});

/** A transfer as `show` and `detail` give it. */
export const transferView = transferBrief.extend({
  created_at: z.string(),
  /** 3.55 */
  no_snapshots: z.boolean().optional(),
  /** 3.57 */
  source_project_id: z.string().nullable().optional(),
  destination_project_id: z.string().nullable().optional(),
  accepted: z.boolean().optional(),
});

const base = { service: 'block-storage' } as const;
const reads = (rule: string) => ({ rule, needs: 'reader' }) as const;
const writes = (rule: string) => ({ rule, needs: 'member' }) as const;
const whole = z.looseObject({ transfer: transferView });
const listOf = <T extends z.ZodType>(view: T) =>
  z.looseObject({ transfers: z.array(view), transfers_links: nextLinks });

const created = {
  ...base,
  method: 'POST',
  ok: 202,
  policy: writes('volume:create_transfer'),
  reply: z.looseObject({ transfer: transferView.extend({ auth_key: z.string() }) }),
} as const;
const listed = {
  ...base,
  method: 'GET',
  ok: 200,
  policy: reads('volume:get_all_transfers'),
} as const;
const seen = {
  ...base,
  method: 'GET',
  ok: 200,
  policy: reads('volume:get_transfer'),
  reply: whole,
} as const;
const removed = {
  ...base,
  method: 'DELETE',
  ok: 202,
  policy: writes('volume:delete_transfer'),
} as const;
const accepted = {
  ...base,
  method: 'POST',
  ok: 202,
  policy: writes('volume:accept_transfer'),
  body: acceptBody,
  reply: z.looseObject({ transfer: transferBrief }),
} as const;

/** Calls on transfers. A real one answers them at every microversion, though 3.55 brought them. */
export const transferRoutes = routes({
  createTransfer: { ...created, path: '/volume-transfers', body: transferCreateBody },
  listTransfers: { ...listed, path: '/volume-transfers', reply: listOf(transferBrief) },
  listTransfersDetail: {
    ...listed,
    path: '/volume-transfers/detail',
    reply: listOf(transferView),
  },
  showTransfer: { ...seen, path: '/volume-transfers/:id' },
  deleteTransfer: { ...removed, path: '/volume-transfers/:id' },
  acceptTransfer: { ...accepted, path: '/volume-transfers/:id/accept' },
});

/** The same calls under their older paths; snapshots always go along. */
export const oldTransferRoutes = routes({
  createOldTransfer: { ...created, path: '/os-volume-transfer', body: oldCreateBody },
  listOldTransfers: { ...listed, path: '/os-volume-transfer', reply: listOf(transferBrief) },
  listOldTransfersDetail: {
    ...listed,
    path: '/os-volume-transfer/detail',
    reply: listOf(transferView),
  },
  showOldTransfer: { ...seen, path: '/os-volume-transfer/:id' },
  deleteOldTransfer: { ...removed, path: '/os-volume-transfer/:id' },
  acceptOldTransfer: { ...accepted, path: '/os-volume-transfer/:id/accept' },
});
