// What a tool must be able to do for scenarios to run over it, and what all faces share: models of
// nouns and which inputs a plan changes. Invariant: a face reports what the tool said; it expects
// nothing.
import { catalogue } from '../../schema/catalogue';
import { describeResource } from '../../schema/kernel/describe';
import type { ResourceModel } from '../../schema/kernel/describe';
import type { Action, Program } from '../stories/scenarios/scenario';

/** What a plan means to do with one thing. */
export interface Change {
  readonly action: Action;
  /** The inputs that are shown to change, sorted; of an update alone. */
  readonly fields: readonly string[];
  /** Outputs that are shown as not known yet though nothing that they follow changes. */
  readonly strayUnknowns: readonly string[];
}

/** A plan, or why there is none. */
export type Plan =
  | { readonly changes: ReadonlyMap<string, Change>; readonly text: string }
  | { readonly refused: string };

/** One tool with a project of its own. */
export interface Face {
  /** An input's name as users of the tool write it. */
  spelled(field: string): string;
  /** Writes a file into the folder where the program runs. */
  write(name: string, bytes: Uint8Array): void;
  declare(program: Program): void;
  /** Brings the state in line with the service, where the tool does that apart from planning. */
  look(): Promise<void>;
  plan(): Promise<Plan>;
  /** Null where a fresh plan would do nothing, else what it says. */
  unfinished(): Promise<string | null>;
  /** Carries out the last plan. Fails, with what the tool said, where that fails. */
  apply(): Promise<void>;
  /** Ids of the things in the state, by label. */
  ids(): Promise<ReadonlyMap<string, string>>;
  /** Forgets all things and takes over those with these ids; gives what was shown to change. */
  takeOver(
    program: Program,
    ids: ReadonlyMap<string, string>,
  ): Promise<ReadonlyMap<string, Change>>;
  destroy(): Promise<void>;
  dispose(): Promise<void>;
}

const models = new Map<string, ResourceModel>(
  catalogue.map((resource) => [resource.noun, describeResource(resource)]),
);

/** The definition of a noun as plain data. */
export function modelOf(noun: string): ResourceModel {
  const model = models.get(noun);
  if (model) return model;
  throw new Error(`the catalogue has no ${noun}`);
}

/** Whether two values of an input mean the same: what is null, and the order of texts, aside. */
export function isSameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical).sort();
  if (typeof value !== 'object' || value === null) return value ?? null;
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(entries.map(([key, member]) => [key, canonical(member)]).sort());
}
