// Reads a provider's answer as Terraform does: by the schema's types, so that a number that went as
// decimal text is a number again and every attribute is there.
import type {
  DynamicValue,
  Schema,
  Schema_Attribute,
} from '../../provider/terraform/protocol/generated/tfplugin6';
import { Schema_Object_NestingMode } from '../../provider/terraform/protocol/generated/tfplugin6';
import { conform } from '../../provider/terraform/values/conform';
import type { CtyType } from '../../provider/terraform/values/cty-type';
import { decodeValue } from '../../provider/terraform/values/dynamic-value';
import type { TfValue } from '../../provider/terraform/values/tf-value';

/** The value in `dynamic`, which is one of `schema`. */
export function readAsTerraform(dynamic: DynamicValue | undefined, schema: Schema): TfValue {
  return conform(decodeValue(dynamic), blockType(schema.block));
}

function blockType(block: Schema['block']): CtyType {
  const attributes = (block?.attributes ?? []).map(
    (one) => [one.name, attributeType(one)] as const,
  );
  const blocks = (block?.blockTypes ?? []).map((one) => {
    return [one.typeName, blockType(one.block)] as const;
  });
  return ['object', Object.fromEntries([...attributes, ...blocks])];
}

function attributeType({ type, nestedType }: Schema_Attribute): CtyType {
  if (!nestedType) return JSON.parse(Buffer.from(type).toString('utf8')) as CtyType;
  const members = nestedType.attributes.map((one) => [one.name, attributeType(one)] as const);
  const object: CtyType = ['object', Object.fromEntries(members)];
  switch (nestedType.nesting) {
    case Schema_Object_NestingMode.LIST:
      return ['list', object];
    case Schema_Object_NestingMode.SET:
      return ['set', object];
    case Schema_Object_NestingMode.MAP:
      return ['map', object];
    default:
      return object;
  }
}
