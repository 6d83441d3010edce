// A resource is the one definition of a noun for all tools: its inputs, what the service adds, its
// lifecycle. Invariant: every member of inputs and outputs is a field() (describe() refuses
// others).
import type { z } from 'zod';
import type { Lifecycle } from './lifecycle';

/** A named set of fields. */
export type Fields = Readonly<Record<string, z.ZodType>>;

/** What a resource definition holds. */
export interface Resource<I extends Fields = Fields, O extends Fields = Fields> {
  /** kebab-case, singular: volume-type. */
  readonly noun: string;
  /** PascalCase, as classes and constructs are called: VolumeType. */
  readonly title: string;
  /** One sentence for reference pages. */
  readonly summary: string;
  /** null where the noun has no status. */
  readonly lifecycle: Lifecycle | null;
  readonly inputs: I;
  /** Fields that the service alone supplies. Names differ from those of inputs. */
  readonly outputs: O;
  /** At least one of these inputs must be given; each inner list is one rule. */
  readonly oneOf?: readonly (readonly string[])[];
  /** Version of the form in which tools keep it in their state; 1 when left out. */
  readonly stateVersion?: number;
  /** Fields that had another name in states before a version, oldest first. */
  readonly renamed?: readonly Renaming[];
  /** Resource types of other Terraform providers whose state can be moved here by its id. */
  readonly formerly?: readonly string[];
}

/** A field's name in states of versions below `before`, and its name from then on. */
export interface Renaming {
  readonly before: number;
  readonly from: string;
  readonly to: string;
}

/** Declares a resource; returns it unchanged. */
export function resource<const I extends Fields, const O extends Fields>(
  definition: Resource<I, O>,
): Resource<I, O> {
  return definition;
}
