// Laws over the faces of all nouns: every field has its attribute, every name can be turned back,
// nobody may set what nobody supplies, and every value comes through unchanged.
import fc from 'fast-check';
import { catalogue } from '../../../schema/catalogue';
import { fieldDocs } from '../../../schema/generated/field-docs';
import type { FieldModel, Kind } from '../../../schema/kernel/describe';
import type { Attribute } from '../../../provider/terraform/schema/attribute';
import { attributeNameOf, fieldNameOf } from '../../../provider/terraform/schema/names';
import { toTf, toValues, valueProblems } from '../../../provider/terraform/schema/object-values';
import { engineBlock, providerSettings } from '../../../provider/terraform/schema/provider-schema';
import { resourceFaces } from '../../../provider/terraform/schema/resource-face';
import { decodeValue, encodeValue } from '../../../provider/terraform/values/dynamic-value';
import { objectOf } from '../../../provider/terraform/values/tf-value';
import { toyFace } from './toy-face';

const faces = [...resourceFaces(), toyFace];
const titled = faces.map((face) => [face.typeName, face] as const);

/** Words that Terraform keeps for itself in a resource's block (configs/resource.go). */
const reserved = ['count', 'for_each', 'depends_on', 'lifecycle', 'provider', 'connection'];

/** Every attribute, those within others included. */
function allOf(attributes: readonly Attribute[]): Attribute[] {
  return attributes.flatMap((one) => [one, ...allOf(one.nested?.attributes ?? [])]);
}

describe('the faces', () => {
  it('are those of the catalogue', () => {
    const nouns = resourceFaces().map(({ model }) => model.noun);
    expect(nouns).toEqual(catalogue.map(({ noun }) => noun));
    expect(new Set(faces.map(({ typeName }) => typeName)).size).toBe(faces.length);
    for (const { typeName } of faces) expect(typeName).toMatch(/^cinderkit_[a-z][a-z0-9_]*$/);
  });

  it('describe every field in the words of its definition', () => {
    for (const face of resourceFaces()) {
      const docs = Object.keys(fieldDocs[face.model.noun] ?? {});
      const fields = [...face.adapter.model.inputs, ...face.adapter.model.outputs];
      expect(docs.sort()).toEqual(fields.map(({ name }) => name).sort());
    }
  });
});

describe.each(titled)('%s', (_, face) => {
  const { model, attributes } = face;

  it('has one attribute for every field, and the id', () => {
    const fields = [...model.inputs, ...model.outputs].map(({ name }) => name);
    const own = fields.filter((name) => name !== 'timeouts').map(attributeNameOf);
    const versions = attributes
      .filter(({ writeOnly }) => writeOnly)
      .map(({ name }) => `${name}_version`);
    expect(attributes.map(({ name }) => name).sort()).toEqual(['id', ...own, ...versions].sort());
    expect(face.hasTimeouts).toBe(fields.includes('timeouts'));
  });

  it('has names that are good in Terraform and that can be turned back', () => {
    for (const { name, field } of allOf(attributes)) {
      expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      expect(reserved).not.toContain(name);
      expect(attributeNameOf(fieldNameOf(name))).toBe(name);
      if (!name.endsWith('_version')) expect(fieldNameOf(name)).toBe(field.name);
    }
  });

  it('says of every attribute what it is and who may set it', () => {
    for (const one of allOf(attributes)) {
      expect(one.required && (one.optional || one.computed)).toBe(false);
      expect(one.required || one.optional || one.computed).toBe(true);
      if (one.writeOnly) expect([one.computed, one.sensitive]).toEqual([false, true]);
    }
    for (const { description } of attributes) {
      expect(description).toMatch(/^\S.*[.`]$/);
      expect(description).not.toMatch(/\b[a-z]+[a-z0-9]*[A-Z]/);
    }
  });

  it('has in its protocol form what it has as data', () => {
    const block = face.schema.block;
    expect(face.schema.version).toBe(model.stateVersion);
    expect(block?.attributes.map(({ name }) => name)).toEqual(attributes.map(({ name }) => name));
    for (const { type, nestedType } of block?.attributes ?? []) {
      expect(type.length > 0).toBe(nestedType === undefined);
    }
    expect(block?.blockTypes.map(({ typeName }) => typeName)).toEqual(
      face.hasTimeouts ? ['timeouts'] : [],
    );
  });

  it('gives back every value that it took over', () => {
    const secrets = attributes.filter(({ writeOnly }) => writeOnly).map(({ field }) => field.name);
    const fields = [...model.inputs, ...model.outputs].filter(
      ({ name }) => !secrets.includes(name),
    );
    fc.assert(
      fc.property(valuesOfFields(fields), (values) => {
        const tf = toTf(face, 'an-id', values);
        const sent = objectOf(decodeValue(encodeValue(tf)));
        expect(valueProblems(face, sent)).toEqual([]);
        expect(toValues(face, sent)).toEqual(values);
        expect(sent['id']).toBe('an-id');
      }),
    );
  });

  it('has every attribute in an object, whatever is known', () => {
    const names = attributes.map(({ name }) => name);
    const whole = face.hasTimeouts ? [...names, 'timeouts'] : names;
    expect(Object.keys(toTf(face, '', {})).sort()).toEqual(whole.sort());
  });
});

describe('the provider', () => {
  it('has settings that nobody must give, each with its description', () => {
    const attributes = [...providerSettings.map((one) => one.attribute), ...engineBlock.attributes];
    for (const one of attributes) {
      expect([one.required, one.optional, one.computed]).toEqual([false, true, false]);
      expect(one.description).toMatch(/\.$/);
    }
  });

  it('hides secrets and nothing else', () => {
    const hidden = providerSettings.filter((one) => one.attribute.sensitive);
    expect(hidden.map((one) => one.attribute.name)).toEqual([
      'password',
      'token',
      'application_credential_secret',
    ]);
  });
});

function valuesOfFields(fields: readonly FieldModel[]) {
  const arbitraries = Object.fromEntries(fields.map(({ name, kind }) => [name, valueOf(kind)]));
  return fc.record(arbitraries, { requiredKeys: [] });
}

/** Values of a kind: durations to the millisecond, numbers that Terraform can hold. */
function valueOf(kind: Kind): fc.Arbitrary<unknown> {
  switch (kind.type) {
    case 'string':
      return fc.string();
    case 'enum':
      return fc.constantFrom(...kind.values);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.maxSafeInteger();
    case 'number':
      return fc.integer({ min: 1, max: 10_000_000 }).map((value) => value / 60_000);
    case 'map':
      return fc.dictionary(fc.string(), valueOf(kind.of), { maxKeys: 4 });
    case 'list':
      return fc.array(valueOf(kind.of), { maxLength: 4 });
    case 'object': {
      const pairs = Object.entries(kind.fields).map(([name, inner]) => [name, valueOf(inner)]);
      return fc.record(Object.fromEntries(pairs), { requiredKeys: [] });
    }
  }
}
