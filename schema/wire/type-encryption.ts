// Encryption records of volume types, and what a volume tells of its own encryption (Block Storage
// API v3). Invariant: the last part of a record's path names nothing: a type has one record at the
// most, and Cinder passes over it (cinder/api/contrib/volume_type_encryption.py).
import { z } from 'zod';
import { routes } from './route';
import { largestInteger, text } from './shapes';

/** A number, or text that the handler reads; null where the provider is to choose. */
const keySize = z.transform<number | string | null, number | string | null>((value, context) => {
  const refuse = (message: string) => {
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  };
  if (value === null || value === undefined) return null;
  const isText = typeof value === 'string';
  if (!isText && !Number.isInteger(value)) {
    const shown = typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value);
    return refuse(`${shown} is not of type 'string', 'integer', 'null'`);
  }
  // Text that is no number has words of its own, which only the handler can give it.
  if (isText && !/^-?\d{1,15}$/.test(value)) return value;
  const bits = Number(value);
  if (bits < 0) return refuse(`${bits} is less than the minimum of 0`);
  if (bits > largestInteger) {
    return refuse(`${bits} is greater than the maximum of ${largestInteger}`);
  }
  return bits;
});

const provider = text(0, 255);
const controlLocation = z.transform<string, 'front-end' | 'back-end'>((value, context) => {
  if (value === 'front-end' || value === 'back-end') return value;
  // The one that a missing key needs to be told as missing.
  if (value === undefined) {
    context.issues.push({ code: 'invalid_type', expected: 'string', input: value });
    return z.NEVER;
  }
  const values = ['front-end', 'back-end'];
  context.issues.push({ code: 'invalid_value', values, input: value });
  return z.NEVER;
});
const cipher = text(0, 255).nullish();

/** How volumes of the type are to be encrypted. */
export const encryptionCreateBody = z.strictObject({
  encryption: z.looseObject({
    provider,
    control_location: controlLocation,
    cipher,
    key_size: keySize.optional(),
  }),
});

/** What is to be otherwise; what is left out stays. */
export const encryptionUpdateBody = z.strictObject({
  encryption: z.looseObject({
    provider: provider.optional(),
    control_location: controlLocation.optional(),
    cipher,
    key_size: keySize.optional(),
  }),
});

/** A record as it is shown; a type without one shows an empty object. */
export const encryptionView = z.looseObject({
  volume_type_id: z.string().optional(),
  encryption_id: z.string().optional(),
  provider: z.string().optional(),
  control_location: z.string().optional(),
  cipher: z.string().nullish(),
  key_size: z.number().nullish(),
});

const base = { service: 'block-storage' } as const;
const admins = (act: string) =>
  ({ rule: `volume_extension:volume_type_encryption:${act}`, needs: 'admin' }) as const;
const reads = { rule: 'volume_extension:volume_encryption_metadata', needs: 'reader' } as const;
const recordReply = z.looseObject({ encryption: encryptionView });

/** Calls on encryption. */
export const typeEncryptionRoutes = routes({
  showTypeEncryption: {
    ...base,
    method: 'GET',
    path: '/types/:id/encryption',
    ok: 200,
    policy: admins('get'),
    reply: encryptionView,
  },
  createTypeEncryption: {
    ...base,
    method: 'POST',
    path: '/types/:id/encryption',
    ok: 200,
    policy: admins('create'),
    body: encryptionCreateBody,
    reply: recordReply,
  },
  showTypeEncryptionItem: {
    ...base,
    method: 'GET',
    path: '/types/:id/encryption/:key',
    ok: 200,
    policy: admins('get'),
    reply: z.record(z.string(), z.unknown()),
  },
  updateTypeEncryption: {
    ...base,
    method: 'PUT',
    path: '/types/:id/encryption/:key',
    ok: 200,
    policy: admins('update'),
    body: encryptionUpdateBody,
    reply: recordReply,
  },
  deleteTypeEncryption: {
    ...base,
    method: 'DELETE',
    path: '/types/:id/encryption/:key',
    ok: 202,
    policy: admins('delete'),
  },
  showVolumeEncryption: {
    ...base,
    method: 'GET',
    path: '/volumes/:id/encryption',
    ok: 200,
    policy: reads,
    reply: z.looseObject({ encryption_key_id: z.string().nullable() }),
  },
  showVolumeEncryptionItem: {
    ...base,
    method: 'GET',
    path: '/volumes/:id/encryption/:key',
    ok: 200,
    policy: reads,
  },
});
