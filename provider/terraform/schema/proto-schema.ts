// Attributes and blocks in the protocol's form. Invariant: an attribute says its type once: as a
// type, or as nested attributes.
import type {
  Schema,
  Schema_Attribute,
  Schema_Block,
  Schema_NestedBlock,
} from '../protocol/generated/tfplugin6';
import {
  Schema_NestedBlock_NestingMode,
  Schema_Object_NestingMode,
  StringKind,
} from '../protocol/generated/tfplugin6';
import { typeBytes } from '../values/cty-type';
import type { Attribute, Nesting } from './attribute';

/** A block that is held at most once. */
export interface SingleBlock {
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

/** What a schema is made from. */
export interface SchemaSource {
  readonly version: number;
  readonly description: string;
  readonly attributes: readonly Attribute[];
  readonly blocks?: readonly SingleBlock[];
}

const modes: Readonly<Record<Nesting, Schema_Object_NestingMode>> = {
  single: Schema_Object_NestingMode.SINGLE,
  list: Schema_Object_NestingMode.LIST,
  set: Schema_Object_NestingMode.SET,
  map: Schema_Object_NestingMode.MAP,
};

/** The schema of a resource, a data source or the provider. */
export function blockSchema({ version, description, attributes, blocks }: SchemaSource): Schema {
  const block = protoBlock(description, attributes);
  return {
    version,
    block: { ...block, version, blockTypes: (blocks ?? []).map(protoSingle) },
  };
}

function protoBlock(description: string, attributes: readonly Attribute[]): Schema_Block {
  return {
    version: 0,
    attributes: attributes.map(protoAttribute),
    blockTypes: [],
    description,
    descriptionKind: StringKind.MARKDOWN,
    deprecated: false,
    deprecationMessage: '',
  };
}

function protoSingle({ name, description, attributes }: SingleBlock): Schema_NestedBlock {
  return {
    typeName: name,
    block: protoBlock(description, attributes),
    nesting: Schema_NestedBlock_NestingMode.SINGLE,
    minItems: 0,
    maxItems: 0,
  };
}

function protoAttribute(attribute: Attribute): Schema_Attribute {
  const { nested } = attribute;
  return {
    name: attribute.name,
    type: nested ? new Uint8Array(0) : typeBytes(attribute.type),
    nestedType: nested
      ? { attributes: nested.attributes.map(protoAttribute), nesting: modes[nested.mode] }
      : undefined,
    description: attribute.description,
    descriptionKind: StringKind.MARKDOWN,
    required: attribute.required,
    optional: attribute.optional,
    computed: attribute.computed,
    sensitive: attribute.sensitive,
    writeOnly: attribute.writeOnly,
    deprecated: false,
    deprecationMessage: '',
  };
}
