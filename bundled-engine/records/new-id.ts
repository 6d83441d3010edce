// New ids. Invariant: random, so that an id tells nothing and is never made twice.
import { randomBytes, randomUUID } from 'node:crypto';

/** A random UUID, as volumes and their like have. */
export function newUuid(): string {
  return randomUUID();
}

/** 32 random hex digits, as projects and users have. */
export function newHexId(): string {
  return randomBytes(16).toString('hex');
}
