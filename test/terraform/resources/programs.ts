// Random programs: what a user might write for one resource, as Terraform's configuration.
import * as fc from 'fast-check';
import type { FieldModel, Kind, ResourceModel } from '../../../schema/kernel/describe';
import { toTf } from '../../../provider/terraform/schema/object-values';
import type { ResourceFace } from '../../../provider/terraform/schema/resource-face';
import type { TfObject, TfValue } from '../../../provider/terraform/values/tf-value';
import { UNKNOWN } from '../../../provider/terraform/values/tf-value';

const texts = ['a', 'b', 'long text', 'ünï', '0'.repeat(128), 'f'.repeat(128)];

function valueOf(kind: Kind): fc.Arbitrary<unknown> {
  switch (kind.type) {
    case 'string':
      return fc.constantFrom(...texts);
    case 'integer':
      return fc.integer({ min: 1, max: 9 });
    case 'number':
      return fc.constantFrom(1, 2, 0.1, 2.5);
    case 'boolean':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...kind.values);
    case 'map':
      return fc.dictionary(fc.constantFrom('k', 'l', 'a.b'), valueOf(kind.of), { maxKeys: 3 });
    case 'list':
      return kind.of.type === 'object'
        ? fc.array(valueOf(kind.of), { maxLength: 3 })
        : fc.uniqueArray(valueOf(kind.of), { maxLength: 3 });
    case 'object': {
      const fields = Object.entries(kind.fields).map(([name, of]) => [name, valueOf(of)] as const);
      return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
    }
  }
}

/** Values of one field that its shape takes. */
function fieldValue({ kind, shape, name }: FieldModel): fc.Arbitrary<unknown> {
  // A file must be there to be named.
  if (name === 'filePath') return fc.constantFrom(__filename, `${__dirname}/fake-cloud.ts`);
  return valueOf(kind).filter((value) => shape.safeParse(value).success);
}

/** Inputs that can be meant together. */
export function inputsFor(model: ResourceModel): fc.Arbitrary<Record<string, unknown>> {
  const needed = model.inputs.filter(({ presence }) => presence === 'required');
  const fields = model.inputs.map((field) => [field.name, fieldValue(field)] as const);
  return fc
    .record(Object.fromEntries(fields), { requiredKeys: needed.map(({ name }) => name) })
    .map((inputs) => withoutClashes(model, inputs))
    .filter((inputs) => model.oneOf.every((names) => names.some((name) => name in inputs)));
}

function withoutClashes(model: ResourceModel, inputs: Record<string, unknown>) {
  const taken = new Set<string>();
  const kept = model.inputs.filter(({ name, exclusive }) => {
    if (!(name in inputs) || exclusive === null) return name in inputs;
    const isFree = !taken.has(exclusive);
    taken.add(exclusive);
    return isFree;
  });
  const own = kept.filter(({ name }) => !(name === 'contentSha512' && 'filePath' in inputs));
  return Object.fromEntries(own.map(({ name }) => [name, inputs[name]]));
}

/** `inputs` as a block is evaluated; the versions of secrets tell their values apart. */
export function blockFrom(face: ResourceFace, inputs: Record<string, unknown>): TfObject {
  const block: Record<string, TfValue> = toTf(face, '', inputs);
  for (const { name, computed, optional, writeOnly, field } of face.attributes) {
    if (computed && !optional) block[name] = null;
    if (!writeOnly || inputs[field.name] === undefined) continue;
    const secret = String(inputs[field.name]);
    block[name] = secret;
    block[`${name}_version`] = texts.indexOf(secret);
  }
  return block;
}

/** A block of which the attributes in `hidden` are not known yet. */
export function partlyKnown(block: TfObject, hidden: readonly string[]): TfObject {
  return Object.fromEntries(
    Object.entries(block).map(([name, value]) => {
      const isHidden = hidden.includes(name) && value !== null && name !== 'timeouts';
      return [name, isHidden ? UNKNOWN : value];
    }),
  );
}
