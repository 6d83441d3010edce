// A lookup is a reading that is no noun: what the cloud tells about itself or about a project.
// Written once as data for all tools. Invariant: every member of inputs and outputs was made by
// asked(), chosen() or told(), so that each has its traits and its text.
import { z } from 'zod';
import type { FieldModel } from './describe';
import { describeResource } from './describe';
import { field } from './field';
import type { Fields } from './resource';

/** What a lookup's definition holds. */
export interface Lookup<I extends Fields = Fields, O extends Fields = Fields> {
  /** kebab-case: availability-zones. */
  readonly name: string;
  /** PascalCase, as constructs are called: AvailabilityZones. */
  readonly title: string;
  /** One sentence for reference pages. */
  readonly summary: string;
  readonly inputs: I;
  /** Names differ from those of inputs. */
  readonly outputs: O;
}

/** A lookup as plain data. */
export interface LookupModel {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly inputs: readonly FieldModel[];
  readonly outputs: readonly FieldModel[];
}

/** Declares a lookup; returns it unchanged. */
export function lookup<const I extends Fields, const O extends Fields>(
  definition: Lookup<I, O>,
): Lookup<I, O> {
  return definition;
}

/** An input that narrows what is told; everything is told where it is left out. */
export function asked<S extends z.ZodType>(shape: S, text: string): S {
  return field(shape.describe(text), { change: 'in-place', presence: 'optional' });
}

/** An input that has a value of its own where it is left out; the value is told. */
export function chosen<S extends z.ZodType>(shape: S, text: string): S {
  return field(shape.describe(text), { change: 'in-place', presence: 'chosen' });
}

/** What is told. */
export function told<S extends z.ZodType>(shape: S, text: string): S {
  return field(shape.describe(text), { change: 'in-place', presence: 'computed' });
}

/** The text that a field of a lookup was declared with; empty where it has none. */
export function textOfField({ shape }: FieldModel): string {
  return shape.description ?? '';
}

/** Texts of the members of an object or of a list's objects, by name. */
export interface MemberTexts {
  readonly [name: string]: { readonly text: string; readonly members: MemberTexts };
}

/** The texts that members of a field of a lookup were declared with; none for plain values. */
export function textsOfMembers({ shape }: FieldModel): MemberTexts {
  return memberTexts(z.toJSONSchema(shape));
}

/** zod's own projection knows descriptions at every depth. */
function memberTexts(node: z.core.JSONSchema._JSONSchema): MemberTexts {
  if (typeof node === 'boolean') return {};
  const { items, properties = {} } = node;
  if (items && !Array.isArray(items)) return memberTexts(items);
  const entries = Object.entries(properties).map(([name, member]) => {
    const text = (typeof member === 'boolean' ? undefined : member.description) ?? '';
    return [name, { text, members: memberTexts(member) }] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * Describes `definition` as plain data. Throws, naming the field, where a shape has no projection.
 */
export function describeLookup(definition: Lookup): LookupModel {
  const { name, title, summary, inputs, outputs } = definition;
  const model = describeResource({
    noun: name,
    title,
    summary,
    lifecycle: null,
    inputs,
    outputs,
  });
  return { name, title, summary, inputs: model.inputs, outputs: model.outputs };
}
