// The only code that walks zod. It turns a resource into a ResourceModel: plain data that Pulumi,
// Terraform, constructs and documents are made from. A shape that cannot be projected is refused
// here, at definition time, with the field's name.
import { z } from 'zod';
import type { Change, Home, Presence, Traits } from './field';
import { traitsOf } from './field';
import type { Lifecycle } from './lifecycle';
import type { Fields, Renaming, Resource } from './resource';

/** The closed union of what a field may hold. */
export type Kind =
  | { readonly type: 'string' | 'integer' | 'number' | 'boolean' }
  | { readonly type: 'enum'; readonly values: readonly string[] }
  | { readonly type: 'map' | 'list'; readonly of: Kind }
  | { readonly type: 'object'; readonly fields: Readonly<Record<string, Kind>> };

/** A field as plain data. */
export interface FieldModel {
  readonly name: string;
  readonly kind: Kind;
  readonly shape: z.ZodType;
  readonly change: Change;
  readonly presence: Presence;
  readonly home: Home;
  readonly secret: boolean;
  readonly exclusive: string | null;
  readonly order: 'grow' | null;
  readonly ownKeysOnly: boolean;
  readonly follows: readonly string[];
}

/** A resource as plain data. */
export interface ResourceModel {
  readonly noun: string;
  readonly title: string;
  readonly summary: string;
  readonly lifecycle: Lifecycle | null;
  readonly inputs: readonly FieldModel[];
  readonly outputs: readonly FieldModel[];
  readonly oneOf: readonly (readonly string[])[];
  readonly stateVersion: number;
  readonly renamed: readonly Renaming[];
  readonly formerly: readonly string[];
}

/**
 * Describes `resource` as plain data. Throws, naming the field, where a shape has no projection.
 */
export function describeResource(resource: Resource): ResourceModel {
  const where = resource.noun;
  for (const name of Object.keys(resource.outputs)) {
    if (name in resource.inputs) throw new Error(`${where}.${name} is both an input and an output`);
  }
  refuseStrayFollowing(where, resource);
  return {
    noun: resource.noun,
    title: resource.title,
    summary: resource.summary,
    lifecycle: resource.lifecycle,
    inputs: describeFields(where, resource.inputs),
    outputs: describeFields(where, resource.outputs),
    oneOf: resource.oneOf ?? [],
    stateVersion: resource.stateVersion ?? 1,
    renamed: resource.renamed ?? [],
    formerly: resource.formerly ?? [],
  };
}

function refuseStrayFollowing(noun: string, { inputs, outputs }: Resource): void {
  for (const [name, shape] of Object.entries(outputs)) {
    const stray = (traitsOf(shape)?.follows ?? []).find((input) => !(input in inputs));
    if (stray) throw new Error(`${noun}.${name} follows ${stray}, which is no input`);
  }
}

function describeFields(noun: string, fields: Fields): FieldModel[] {
  return Object.entries(fields).map(([name, shape]) => {
    const traits = traitsOf(shape);
    if (!traits) throw new Error(`${noun}.${name} is not a field(): field() must be outermost`);
    return { name, shape, kind: kindOf(`${noun}.${name}`, shape), ...complete(traits) };
  });
}

function complete(traits: Traits): Omit<FieldModel, 'name' | 'shape' | 'kind'> {
  return {
    change: traits.change,
    presence: traits.presence,
    home: traits.home ?? 'service',
    secret: traits.secret ?? false,
    exclusive: traits.exclusive ?? null,
    order: traits.order ?? null,
    ownKeysOnly: traits.ownKeysOnly ?? false,
    follows: traits.follows ?? [],
  };
}

function kindOf(path: string, shape: z.ZodType): Kind {
  if (shape instanceof z.ZodOptional || shape instanceof z.ZodDefault) {
    return kindOf(path, shape.unwrap() as z.ZodType);
  }
  if (shape instanceof z.ZodString) return { type: 'string' };
  if (shape instanceof z.ZodNumber) return { type: shape.isInt ? 'integer' : 'number' };
  if (shape instanceof z.ZodBoolean) return { type: 'boolean' };
  if (shape instanceof z.ZodEnum) return { type: 'enum', values: shape.options.map(String) };
  if (shape instanceof z.ZodRecord) {
    return { type: 'map', of: kindOf(`${path}[]`, shape.valueType as z.ZodType) };
  }
  if (shape instanceof z.ZodArray) {
    return { type: 'list', of: kindOf(`${path}[]`, shape.element as z.ZodType) };
  }
  if (shape instanceof z.ZodObject) {
    const entries = Object.entries(shape.shape as Fields);
    const fields = entries.map(([key, inner]) => [key, kindOf(`${path}.${key}`, inner)] as const);
    return { type: 'object', fields: Object.fromEntries(fields) };
  }
  throw new Error(`${path} has a shape that the tools cannot express (${shape.def.type})`);
}
