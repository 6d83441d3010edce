// Passwords and secrets: hashed with scrypt, compared in constant time. Invariant: checking costs
// the same whether or not there is anything to check against, so that a wrong name and a wrong
// password cannot be told apart.
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

// 8 MiB and some 20 ms: dear enough to guess, cheap enough for a login a second on a small machine.
const cost = { N: 8192, r: 8, p: 1 } as const;
const keyBytes = 32;

/** Longer passwords are refused, as by Keystone (max_password_length): hashing them costs time. */
export const longestSecret = 4096;

const prefix = `scrypt:${cost.N}:${cost.r}:${cost.p}`;
const nobodys = `${prefix}:${Buffer.alloc(16).toString('base64url')}:${'A'.repeat(43)}`;

/** The text that is recorded for `secret`; differs each time. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(secret, salt, cost);
  return `${prefix}:${salt.toString('base64url')}:${key.toString('base64url')}`;
}

/**
 * Whether `secret` is the one that `recorded` was made from; null is nobody's, and takes as long.
 */
export async function isSecret(secret: string, recorded: string | null): Promise<boolean> {
  const [, n, r, p, salt = '', key = ''] = (recorded ?? nobodys).split(':');
  const numbers = { N: Number(n), r: Number(r), p: Number(p) };
  const tried = secret.length > longestSecret ? '' : secret;
  const derived = await derive(tried, Buffer.from(salt, 'base64url'), numbers);
  const expected = Buffer.from(key, 'base64url');
  const isSame = expected.length === derived.length && timingSafeEqual(derived, expected);
  return isSame && recorded !== null && tried === secret;
}

/** A new token, password or secret of 256 random bits, safe in headers, URLs and YAML. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is recorded of a token: it is random already, so a plain hash hides it. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function derive(
  secret: string,
  salt: Buffer,
  numbers: { N: number; r: number; p: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, keyBytes, numbers, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
