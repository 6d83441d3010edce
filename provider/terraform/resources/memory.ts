// What Terraform's state keeps of a resource beside its attributes: the private bytes. Invariant:
// names and keys alone, never values, for private bytes are not marked as sensitive; bytes that
// cannot be read count as none, so that no state is ever stuck.
import { z } from 'zod';
import { ownsNothing } from '../../reconcile-compare';
import type { Memory } from '../../reconcile-state';

const names = z.array(z.string());

const memoryShape = z.object({
  names,
  keys: z.record(z.string(), names).default({}),
  spellings: z.record(z.string(), names).default({}),
  isComplete: z.boolean().default(true),
  holder: z.string().nullable().default(null),
  isForeign: z.boolean().default(false),
  isUnread: z.boolean().default(false),
});

/** The memory of a resource, and how it came into this state. */
export interface KeptMemory extends Memory {
  /**
   * It was imported or moved here, and nothing has been applied since: what was written when it was
   * made is not known.
   */
  readonly isForeign: boolean;
  /** Its attributes have never been read: of its state, the id alone can be trusted. */
  readonly isUnread: boolean;
}

/** The memory of a thing that this provider has not written. */
export const foreignMemory: KeptMemory = {
  owned: ownsNothing,
  spellings: {},
  isComplete: true,
  holder: null,
  isForeign: true,
  isUnread: false,
};

/** A memory as it is after a create or update. */
export function appliedMemory(memory: Memory): KeptMemory {
  return { ...memory, isForeign: false, isUnread: false };
}

/** The private bytes that hold `memory`. */
export function memoryBytes(memory: KeptMemory): Uint8Array {
  const { owned, spellings, isComplete, holder, isForeign, isUnread } = memory;
  const kept = {
    names: owned.names,
    keys: owned.keys,
    spellings,
    ...(isComplete ? {} : { isComplete }),
    ...(holder === null ? {} : { holder }),
    ...(isForeign ? { isForeign } : {}),
    ...(isUnread ? { isUnread } : {}),
  };
  return Buffer.from(JSON.stringify(kept));
}

/** The memory in private bytes; that of a foreign thing where they hold none. */
export function memoryOf(bytes: Uint8Array): KeptMemory {
  const parsed = memoryShape.safeParse(jsonOf(bytes));
  if (!parsed.success) return foreignMemory;
  const { names: own, keys, ...rest } = parsed.data;
  return { owned: { names: own, keys }, ...rest };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
