// Fields as Terraform's attributes. Invariant: it follows from the definition alone who may set an
// attribute and what is kept of it; a secret that goes in is never kept.
import type { FieldModel, Kind } from '../../../schema/kernel/describe';
import type { CtyType } from '../values/cty-type';
import { attributeNameOf, versionNameOf } from './names';

/** How the objects of a nested attribute are held. */
export type Nesting = 'single' | 'list' | 'set' | 'map';

/** An attribute of a block. */
export interface Attribute {
  readonly name: string;
  /** What it is made from; for `id` one that the service computes. */
  readonly field: FieldModel;
  readonly type: CtyType;
  readonly nested: { readonly mode: Nesting; readonly attributes: readonly Attribute[] } | null;
  readonly required: boolean;
  readonly optional: boolean;
  readonly computed: boolean;
  readonly sensitive: boolean;
  readonly writeOnly: boolean;
  readonly description: string;
}

/** Who may set an attribute. */
export type Setting = Pick<Attribute, 'required' | 'optional' | 'computed'>;

/** The user must. */
export const required: Setting = { required: true, optional: false, computed: false };

/** The user may; left out it is null. */
export const optional: Setting = { required: false, optional: true, computed: false };

/** The user may; left out the service decides. */
export const optionalComputed: Setting = { required: false, optional: true, computed: true };

/** The service alone does. */
export const computed: Setting = { required: false, optional: false, computed: true };

/** What an attribute is made from. */
export interface AttributeSource {
  readonly field: FieldModel;
  readonly setting: Setting;
  readonly description: string;
}

/** The attribute of a field. */
export function attributeOf({ field, setting, description }: AttributeSource): Attribute {
  const isInput = setting !== computed;
  const writeOnly = isInput && field.secret;
  return {
    name: attributeNameOf(field.name),
    field,
    type: typeOf(field.kind),
    nested: nestedOf(field, isInput),
    // A write-only value is never kept, so nobody can be asked to compute it.
    ...(writeOnly && setting === optionalComputed ? optional : setting),
    sensitive: field.secret,
    writeOnly,
    description,
  };
}

/** The number beside the write-only attribute `secret`: another one means another secret. */
export function versionOf(secret: Attribute): Attribute {
  return {
    ...secret,
    ...optional,
    name: versionNameOf(secret.name),
    type: 'number',
    nested: null,
    sensitive: false,
    writeOnly: false,
    description:
      `Any number; raise it when \`${secret.name}\` changes, which is not kept in the state and ` +
      'cannot be compared.',
  };
}

/** The type of values of `kind`. Lists of texts are sets: their order means nothing. */
export function typeOf(kind: Kind): CtyType {
  switch (kind.type) {
    case 'string':
    case 'enum':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'bool';
    case 'map':
      return ['map', typeOf(kind.of)];
    case 'list':
      return [isText(kind.of) ? 'set' : 'list', typeOf(kind.of)];
    case 'object': {
      const members = Object.entries(kind.fields);
      return [
        'object',
        Object.fromEntries(members.map(([name, inner]) => [attributeNameOf(name), typeOf(inner)])),
      ];
    }
  }
}

function isText(kind: Kind): boolean {
  return kind.type === 'string' || kind.type === 'enum';
}

function nestedOf(field: FieldModel, isInput: boolean): Attribute['nested'] {
  const { kind } = field;
  const inList = kind.type === 'list' || kind.type === 'map';
  const object = inList ? kind.of : kind;
  if (object.type !== 'object') return null;
  const mode = kind.type === 'list' ? 'list' : kind.type === 'map' ? 'map' : 'single';
  const needed = isInput ? neededMembers(field, mode) : [];
  const attributes = Object.entries(object.fields).map(([name, inner]) => {
    const input = needed.includes(name) ? required : optional;
    return attributeOf({
      field: { ...field, name, kind: inner, secret: false, exclusive: null },
      setting: isInput ? input : computed,
      description: '',
    });
  });
  return { mode, attributes };
}

/** Members that the shape cannot do without: it says so itself when it is given none. */
function neededMembers({ shape }: FieldModel, mode: Nesting): string[] {
  const empty = mode === 'list' ? [{}] : mode === 'map' ? { any: {} } : {};
  const depth = mode === 'single' ? 0 : 1;
  const { error } = shape.safeParse(empty);
  const missing = (error?.issues ?? []).filter(({ path }) => path.length === depth + 1);
  return missing.map(({ path }) => String(path[depth]));
}
