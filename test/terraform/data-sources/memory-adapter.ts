// A noun whose things are held in memory, for laws over what is found: no cloud is asked.
import * as fc from 'fast-check';
import type { FieldModel, Kind } from '../../../schema/kernel/describe';
import type { Adapter, Observed } from '../../../provider/resources/adapter';
import type { ResourceFace } from '../../../provider/terraform/schema/resource-face';
import { faceOf } from '../../../provider/terraform/schema/resource-face';

/** `adapter` with `things` in place of a service's; what `hidden` names only observe tells. */
export function inMemory(
  adapter: Adapter,
  things: readonly Observed[],
  hidden: readonly string[] = [],
): ResourceFace {
  const brief = (one: Observed): Observed => ({
    ...one,
    outputs: Object.fromEntries(
      Object.entries(one.outputs).filter(([name]) => !hidden.includes(name)),
    ),
  });
  return faceOf({
    ...adapter,
    async *list() {
      yield* things.map(brief);
    },
    observe: async (_scope, id) => things.find((one) => one.id === id) ?? null,
  });
}

/** Values of `kind` from so few that things often share them. */
export function fewValues(kind: Kind): fc.Arbitrary<unknown> {
  switch (kind.type) {
    case 'string':
      return fc.constantFrom('', 'a', 'b', 'ab');
    case 'integer':
    case 'number':
      return fc.integer({ min: 1, max: 3 });
    case 'boolean':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...kind.values.slice(0, 2));
    case 'map':
      return fc.dictionary(fc.constantFrom('k', 'l'), fewValues(kind.of), { maxKeys: 2 });
    case 'list':
      return fc.uniqueArray(fewValues(kind.of), { maxLength: 3 });
    case 'object':
      return fc.record(
        Object.fromEntries(Object.entries(kind.fields).map(([key, of]) => [key, fewValues(of)])),
      );
  }
}

/** Things of a noun with random values. */
export function someThings({ model }: Adapter): fc.Arbitrary<Observed[]> {
  const valuesOf = (fields: readonly FieldModel[]) =>
    fc.record(
      Object.fromEntries(
        fields.map(({ name, kind }) => [name, fc.option(fewValues(kind), { nil: undefined })]),
      ),
    );
  const service = model.inputs.filter(({ home }) => home === 'service');
  const moments = fc.integer({ min: 0, max: 3 }).map((hour) => `2026-01-01T0${hour}:00:00Z`);
  const isDated = model.outputs.some(({ name }) => name === 'createdAt');
  const one = fc.tuple(valuesOf(service), valuesOf(model.outputs), moments);
  return fc.array(one, { maxLength: 8 }).map((all) =>
    all.map(([inputs, outputs, createdAt], at) => ({
      id: `id-${at}`,
      status: 'available',
      marker: null,
      inputs,
      outputs: { ...outputs, ...(isDated ? { createdAt } : {}) },
    })),
  );
}
