// The provider's schema in the form that `terraform providers schema -json` prints, so that
// bindings and pages are generated where there is no terraform. Invariant: a test compares it with
// what the real one prints (terraform: internal/command/jsonprovider).
import type {
  FunctionMessage,
  GetProviderSchema_Response,
  ResourceIdentitySchema,
  Schema,
  Schema_Attribute,
  Schema_Block,
} from '../protocol/generated/tfplugin6';
import {
  Schema_NestedBlock_NestingMode,
  Schema_Object_NestingMode,
  StringKind,
} from '../protocol/generated/tfplugin6';

/** JSON as it is written. */
export type Json =
  null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** What is printed about one provider. */
export interface ProviderJson {
  readonly schema: GetProviderSchema_Response;
  readonly identities: Readonly<Record<string, ResourceIdentitySchema>>;
}

/** The whole document for the provider at `address`. Members are in the order of their names. */
export function schemaJson(address: string, { schema, identities }: ProviderJson): Json {
  const provider = {
    provider: schema.provider ? schemaOf(schema.provider) : {},
    resource_schemas: mapped(schema.resourceSchemas, schemaOf),
    data_source_schemas: mapped(schema.dataSourceSchemas, schemaOf),
    list_resource_schemas: mapped(schema.listResourceSchemas, schemaOf),
    functions: mapped(schema.functions, functionOf),
    resource_identity_schemas: mapped(identities, identityOf),
  };
  return { format_version: '1.0', provider_schemas: { [address]: provider } };
}

function schemaOf({ version, block }: Schema): Json {
  return { version, block: block ? blockOf(block) : {} };
}

function blockOf(block: Schema_Block): Json {
  const types = Object.fromEntries(block.blockTypes.map((one) => [one.typeName, one]));
  return {
    ...some('attributes', attributesOf(block.attributes)),
    ...some(
      'block_types',
      mapped(types, ({ nesting, block: inner }) => ({
        nesting_mode: nameOf(Schema_NestedBlock_NestingMode, nesting),
        block: inner ? blockOf(inner) : {},
      })),
    ),
    ...described(block),
  };
}

function attributesOf(attributes: readonly Schema_Attribute[]): Readonly<Record<string, Json>> {
  return mapped(Object.fromEntries(attributes.map((one) => [one.name, one])), attributeOf);
}

function attributeOf(attribute: Schema_Attribute): Json {
  const { nestedType: nested } = attribute;
  const type = nested
    ? {
        nested_type: {
          attributes: attributesOf(nested.attributes),
          nesting_mode: nameOf(Schema_Object_NestingMode, nested.nesting),
        },
      }
    : { type: typeOf(attribute.type) };
  return {
    ...type,
    ...described(attribute),
    ...flag('required', attribute.required),
    ...flag('optional', attribute.optional),
    ...flag('computed', attribute.computed),
    ...flag('sensitive', attribute.sensitive),
    ...flag('write_only', attribute.writeOnly),
  };
}

function functionOf(one: FunctionMessage): Json {
  return {
    ...text('description', one.description),
    ...text('summary', one.summary),
    return_type: typeOf(one.return?.type ?? new Uint8Array(0)),
    parameters: one.parameters.map((parameter) => ({
      name: parameter.name,
      ...text('description', parameter.description),
      ...flag('is_nullable', parameter.allowNullValue),
      type: typeOf(parameter.type),
    })),
  };
}

function identityOf({ version, identityAttributes }: ResourceIdentitySchema): Json {
  const attributes = Object.fromEntries(identityAttributes.map((one) => [one.name, one]));
  return {
    version,
    attributes: mapped(attributes, (one) => ({
      type: typeOf(one.type),
      ...text('description', one.description),
      ...flag('required_for_import', one.requiredForImport),
      ...flag('optional_for_import', one.optionalForImport),
    })),
  };
}

function described(one: {
  description: string;
  descriptionKind: StringKind;
}): Record<string, Json> {
  const kind = nameOf(StringKind, one.descriptionKind);
  return { ...text('description', one.description), description_kind: kind };
}

function typeOf(bytes: Uint8Array): Json {
  return bytes.length === 0 ? 'dynamic' : JSON.parse(Buffer.from(bytes).toString('utf8'));
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  const found = Object.entries(names).find(([, one]) => one === value);
  return (found?.[0] ?? 'invalid').toLowerCase();
}

function text(key: string, value: string): Record<string, Json> {
  return value === '' ? {} : { [key]: value };
}

function flag(key: string, value: boolean): Record<string, Json> {
  return value ? { [key]: true } : {};
}

function some(key: string, members: Readonly<Record<string, Json>>): Record<string, Json> {
  return Object.keys(members).length === 0 ? {} : { [key]: members };
}

function mapped<T>(
  members: Readonly<Record<string, T>>,
  convert: (member: T) => Json,
): Readonly<Record<string, Json>> {
  const sorted = Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, member]) => [name, convert(member)]));
}
