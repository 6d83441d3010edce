// Laws over all resource definitions: every field has its traits, nothing is both input and output,
// and no file of schema/resources is missing from the catalogue.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { catalogue } from '../../schema/catalogue';
import { describeResource } from '../../schema/kernel/describe';
import { field } from '../../schema/kernel/field';
import { resource } from '../../schema/kernel/resource';
import type { Resource } from '../../schema/kernel/resource';

const root = join(__dirname, '../..');
const bare = { noun: 'thing', title: 'Thing', summary: 'A thing.', lifecycle: null };
const text = field(z.string(), { change: 'in-place', presence: 'optional' });

describe('the catalogue', () => {
  it('lists every resource file', () => {
    const files = readdirSync(join(root, 'schema/resources'))
      .map((file) => file.replace(/\.ts$/, ''))
      .filter((name) => name !== 'shared-fields');
    expect(catalogue.map(({ noun }) => noun as string).sort()).toEqual(files.sort());
  });

  it.each(catalogue.map((one) => [one.noun, one as Resource] as const))(
    '%s is described whole',
    (_, one) => {
      const model = describeResource(one);
      expect(model.inputs.map(({ name }) => name)).toEqual(Object.keys(one.inputs));
      expect(model.outputs.every(({ presence }) => presence === 'computed')).toBe(true);
      expect(model.inputs.some(({ presence }) => presence === 'computed')).toBe(false);
      for (const rule of model.oneOf) {
        for (const name of rule) expect(Object.keys(one.inputs)).toContain(name);
      }
    },
  );
});

describe('describeResource', () => {
  it('refuses a member that is not a field, by name', () => {
    const bad = resource({ ...bare, inputs: { size: z.number() }, outputs: {} });
    expect(() => describeResource(bad)).toThrow('thing.size is not a field()');
  });

  it('refuses a field that was wrapped after field()', () => {
    const bad = resource({ ...bare, inputs: { name: text.optional() }, outputs: {} });
    expect(() => describeResource(bad)).toThrow('thing.name is not a field()');
  });

  it('refuses a name that is both input and output', () => {
    const bad = resource({ ...bare, inputs: { name: text }, outputs: { name: text } });
    expect(() => describeResource(bad)).toThrow('thing.name is both an input and an output');
  });

  it('refuses a shape that the tools cannot express, by name', () => {
    const shape = field(z.tuple([z.string()]), { change: 'in-place', presence: 'optional' });
    const bad = resource({ ...bare, inputs: { pair: shape }, outputs: {} });
    expect(() => describeResource(bad)).toThrow('thing.pair has a shape that the tools cannot');
  });
});
