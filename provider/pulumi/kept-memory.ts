// What Pulumi's state keeps of a resource besides its values, under keys that Pulumi hides from
// users (two underscores). Invariant: names and keys alone, never values, for only outputs that are
// called like a secret input are kept secret.
import { z } from 'zod';
import type { Memory, State } from '../reconcile-state';
import type { Values } from '../resources/adapter';

/** Output that holds the memory. */
export const memoryKey = '__applied';

/** Input by which a resource says who it is. */
export const identityKey = '__identity';

const names = z.array(z.string());

const memoryShape = z.object({
  names,
  keys: z.record(z.string(), names),
  spellings: z.record(z.string(), names),
  isComplete: z.boolean(),
  holder: z.string().nullable().default(null),
});

const identityShape = z.object({ name: z.string(), address: z.string() });

/** Who a resource is in its program: its logical name, and a digest of its place in the stack. */
export type Identity = z.output<typeof identityShape>;

/** Outputs for Pulumi's state: live values, the memory, and the hidden inputs. */
export function outputsOf(state: State, inputs: Values): Record<string, unknown> {
  const { owned, spellings, isComplete, holder } = state.memory;
  const { names: own, keys } = owned;
  const memory = { names: own, keys, spellings, isComplete, ...(holder ? { holder } : {}) };
  return { ...state.values, ...hiddenOf(inputs), [memoryKey]: memory };
}

/** The memory in a resource's outputs; null where there is none: nobody keeps it in a state. */
export function memoryOf(outputs: Values): Memory | null {
  const parsed = memoryShape.safeParse(outputs[memoryKey]);
  if (!parsed.success) return null;
  const { names: owned, keys, spellings, isComplete, holder } = parsed.data;
  return { owned: { names: owned, keys }, spellings, isComplete, holder };
}

/** Who the resource with these inputs is; null where the inputs do not tell. */
export function identityOf(inputs: Values): Identity | null {
  const parsed = identityShape.safeParse(inputs[identityKey]);
  return parsed.success ? parsed.data : null;
}

/** What users wrote: nulls and hidden keys left out. */
export function visibleOf(inputs: Values): Record<string, unknown> {
  const shown = Object.entries(inputs).filter(
    ([key, value]) => !key.startsWith('__') && value !== null && value !== undefined,
  );
  return Object.fromEntries(shown);
}

/** The hidden inputs, without the one that Pulumi itself puts in. */
export function hiddenOf(inputs: Values): Record<string, unknown> {
  const hidden = Object.entries(inputs).filter(
    ([key]) => key.startsWith('__') && key !== '__provider' && key !== memoryKey,
  );
  return Object.fromEntries(hidden);
}
