// What Terraform's core holds a provider to, as pure checks: a plan that it may make, a result that
// completes the plan, an object that has the schema's form. The rules are those of
// internal/plans/objchange (plan_valid.go, compatible.go, objchange.go), written anew.
import { isDeepStrictEqual } from 'node:util';
import type {
  Schema,
  Schema_Attribute,
  Schema_Block,
} from '../../provider/terraform/protocol/generated/tfplugin6';
import { Schema_Object_NestingMode } from '../../provider/terraform/protocol/generated/tfplugin6';
import type { CtyType } from '../../provider/terraform/values/cty-type';
import { isSameValue } from '../../provider/terraform/values/same-value';
import type { TfObject, TfValue } from '../../provider/terraform/values/tf-value';
import { isTfObject, isUnknown, objectOf, Unknown } from '../../provider/terraform/values/tf-value';

/** The type of an attribute. */
export function typeOfAttribute({ type, nestedType }: Schema_Attribute): CtyType {
  if (!nestedType) return JSON.parse(Buffer.from(type).toString()) as CtyType;
  const members = nestedType.attributes.map((inner) => [inner.name, typeOfAttribute(inner)]);
  const object: CtyType = ['object', Object.fromEntries(members)];
  const { nesting } = nestedType;
  if (nesting === Schema_Object_NestingMode.LIST) return ['list', object];
  return nesting === Schema_Object_NestingMode.MAP ? ['map', object] : object;
}

/** The attributes and blocks of a schema's top. All blocks of this provider are held once. */
export function blockOf({ block }: Schema): Schema_Block {
  if (!block) throw new Error('a schema without a block');
  return block;
}

/** A block in full: what `written` leaves out is null. */
export function completeBlock(block: Schema_Block, written: TfObject): TfObject {
  const attributes = block.attributes.map(({ name }) => [name, written[name] ?? null] as const);
  const blocks = block.blockTypes.map(({ typeName, block: inner }) => {
    const value = written[typeName] ?? null;
    return [typeName, inner && isTfObject(value) ? completeBlock(inner, value) : value] as const;
  });
  return Object.fromEntries([...attributes, ...blocks]);
}

/** What keeps `value` from being an object of the schema. */
export function formErrors(block: Schema_Block, value: TfValue, path = ''): string[] {
  if (!isTfObject(value)) return [`${path}: an object is required`];
  const names = [
    ...block.attributes.map(({ name }) => name),
    ...block.blockTypes.map(({ typeName }) => typeName),
  ];
  const missing = names.filter((name) => !(name in value)).map((name) => `${path}${name}: missing`);
  const extra = Object.keys(value).filter((name) => !names.includes(name));
  const wrong = block.attributes.flatMap((attribute) =>
    typeErrors(typeOfAttribute(attribute), value[attribute.name] ?? null, path + attribute.name),
  );
  const inner = block.blockTypes.flatMap(({ typeName, block: nested }) => {
    const held = value[typeName] ?? null;
    return held === null || !nested ? [] : formErrors(nested, held, `${path}${typeName}.`);
  });
  return [...missing, ...extra.map((name) => `${path}${name}: extra`), ...wrong, ...inner];
}

function typeErrors(type: CtyType, value: TfValue, path: string): string[] {
  if (value === null || value instanceof Unknown) return [];
  const wrong = [`${path}: ${JSON.stringify(value)} is no ${JSON.stringify(type)}`];
  if (type === 'string') return typeof value === 'string' ? [] : wrong;
  if (type === 'bool') return typeof value === 'boolean' ? [] : wrong;
  if (type === 'number') return ['number', 'bigint', 'string'].includes(typeof value) ? [] : wrong;
  const [kind, inner] = type;
  if (kind === 'object') {
    if (!isTfObject(value)) return wrong;
    const same = isDeepStrictEqual(Object.keys(value).sort(), Object.keys(inner).sort());
    if (!same) return [`${path}: has ${Object.keys(value).join()}`];
    return Object.entries(inner).flatMap(([name, member]) =>
      typeErrors(member, value[name] ?? null, `${path}.${name}`),
    );
  }
  if (kind === 'map') {
    if (!isTfObject(value)) return wrong;
    return Object.entries(value).flatMap(([key, member]) =>
      typeErrors(inner, member, `${path}[${key}]`),
    );
  }
  if (!Array.isArray(value)) return wrong;
  return value.flatMap((member, at) => typeErrors(inner, member, `${path}[${at}]`));
}

/** What core proposes: the configuration, with the state's values where it may compute them. */
export function proposedNew(block: Schema_Block, prior: TfObject | null, config: TfObject) {
  const attributes = block.attributes.map(({ name, computed }) => {
    const given = config[name] ?? null;
    return [name, computed && given === null ? (prior?.[name] ?? null) : given] as const;
  });
  const blocks = block.blockTypes.map(({ typeName }) => [typeName, config[typeName] ?? null]);
  return Object.fromEntries([...attributes, ...blocks]) as TfObject;
}

/** The sides of a plan. */
export interface Sides {
  readonly prior: TfObject | null;
  readonly config: TfObject;
  readonly planned: TfObject;
}

/** Why core would call a plan invalid. */
export function planErrors(block: Schema_Block, sides: Sides): string[] {
  const errors = attributeErrors(block.attributes, sides, '');
  for (const { typeName, block: inner } of block.blockTypes) {
    const config = sides.config[typeName] ?? null;
    const planned = sides.planned[typeName] ?? null;
    if (isDeepStrictEqual(planned, config)) continue;
    if (config instanceof Unknown || planned instanceof Unknown) {
      errors.push(`${typeName}: unknown block changed`);
    } else if (planned === null || config === null) {
      errors.push(`${typeName}: presence differs from the configuration`);
    } else if (inner) {
      const prior = sides.prior?.[typeName] ?? null;
      const within = {
        prior: isTfObject(prior) ? prior : null,
        config: objectOf(config),
        planned: objectOf(planned),
      };
      errors.push(...attributeErrors(inner.attributes, within, `${typeName}.`));
    }
  }
  return errors;
}

function attributeErrors(
  attributes: readonly Schema_Attribute[],
  sides: Sides,
  path: string,
): string[] {
  return attributes.flatMap((attribute) => {
    const { name } = attribute;
    const within = {
      prior: sides.prior?.[name] ?? null,
      config: sides.config[name] ?? null,
      planned: sides.planned[name] ?? null,
    };
    return valueErrors(attribute, within, path + name);
  });
}

interface Values {
  readonly prior: TfValue;
  readonly config: TfValue;
  readonly planned: TfValue;
}

function valueErrors(attribute: Schema_Attribute, values: Values, path: string): string[] {
  const { prior, config, planned } = values;
  const type = typeOfAttribute(attribute);
  if (attribute.writeOnly && planned !== null) return [`${path}: a write-only value is planned`];
  if (isSameValue(planned, config, type)) return [];
  const keepsPrior = isSameValue(planned, prior, type) && prior !== null && config !== null;
  if (keepsPrior) return [];
  if (attribute.computed && !attribute.optional) return [];
  if (config === null) {
    return attribute.computed ? [] : [`${path}: planned for a non-computed attribute`];
  }
  if (planned === null && attribute.writeOnly) return [];
  const { nestedType } = attribute;
  if (nestedType && planned !== null && !isUnknown(planned)) {
    if (nestedType.nesting === Schema_Object_NestingMode.SINGLE) {
      const within = {
        prior: isTfObject(prior) ? prior : null,
        config: objectOf(config),
        planned: objectOf(planned),
      };
      return attributeErrors(nestedType.attributes, within, `${path}.`);
    }
  }
  return [`${path}: planned ${show(planned)}, configured ${show(config)}, was ${show(prior)}`];
}

/** Why core would call `actual` inconsistent with what was planned. */
export function completionErrors(
  block: Schema_Block,
  planned: TfObject,
  actual: TfObject,
): string[] {
  const attributes = block.attributes.flatMap((attribute) =>
    incompatible(typeOfAttribute(attribute), {
      planned: planned[attribute.name] ?? null,
      actual: actual[attribute.name] ?? null,
      path: attribute.name,
    }),
  );
  const blocks = block.blockTypes.flatMap(({ typeName, block: inner }) => {
    const [one, other] = [planned[typeName] ?? null, actual[typeName] ?? null];
    if ((one === null) !== (other === null)) return [`${typeName}: presence changed`];
    if (one === null || !inner) return [];
    return completionErrors(inner, objectOf(one), objectOf(other));
  });
  return [...attributes, ...blocks];
}

function incompatible(
  type: CtyType,
  sides: { planned: TfValue; actual: TfValue; path: string },
): string[] {
  const { planned, actual, path } = sides;
  if (planned instanceof Unknown) return [];
  const changed = [`${path}: was ${show(planned)}, but now ${show(actual)}`];
  if (planned === null || actual === null) return planned === actual ? [] : changed;
  if (typeof type === 'string') return isSameValue(planned, actual, type) ? [] : changed;
  const [kind, inner] = type;
  if (Array.isArray(planned) && Array.isArray(actual)) {
    if (kind === 'set') return setErrors(inner, { planned, actual, path });
    if (planned.length !== actual.length) return changed;
    return planned.flatMap((member, at) =>
      incompatible(inner as CtyType, {
        planned: member as TfValue,
        actual: (actual[at] ?? null) as TfValue,
        path: `${path}[${at}]`,
      }),
    );
  }
  if (!isTfObject(planned) || !isTfObject(actual)) return changed;
  const keys = new Set([...Object.keys(planned), ...Object.keys(actual)]);
  return [...keys].flatMap((key) => {
    if (!(key in planned) || !(key in actual)) return [`${path}.${key}: appeared or vanished`];
    const member = kind === 'object' ? inner[key] : (inner as CtyType);
    const within = { planned: planned[key] ?? null, actual: actual[key] ?? null };
    return member ? incompatible(member, { ...within, path: `${path}.${key}` }) : [];
  });
}

function setErrors(
  inner: unknown,
  sides: { planned: readonly TfValue[]; actual: readonly TfValue[]; path: string },
): string[] {
  const { planned, actual, path } = sides;
  const fits = (one: TfValue, other: TfValue): boolean =>
    incompatible(inner as CtyType, { planned: one, actual: other, path }).length === 0;
  const isMatched =
    planned.every((one) => actual.some((other) => fits(one, other))) &&
    actual.every((other) => planned.some((one) => fits(one, other))) &&
    planned.length >= actual.length;
  return isMatched ? [] : [`${path}: members of the set differ`];
}

/** Whether two objects of the schema are the same. */
export function isSameObject(block: Schema_Block, a: TfObject, b: TfObject): boolean {
  const attributes = block.attributes.every((attribute) =>
    isSameValue(a[attribute.name] ?? null, b[attribute.name] ?? null, typeOfAttribute(attribute)),
  );
  return (
    attributes &&
    block.blockTypes.every(({ typeName }) => isDeepStrictEqual(a[typeName], b[typeName]))
  );
}

function show(value: TfValue): string {
  return isUnknown(value) ? 'unknown' : JSON.stringify(value);
}
