// A noun that exists in tests alone, with every kind of field that no real noun has yet: a secret,
// an object, lists and maps of objects, a number that is not whole.
import { z } from 'zod';
import { describeResource } from '../../../schema/kernel/describe';
import { field } from '../../../schema/kernel/field';
import { resource } from '../../../schema/kernel/resource';
import type { Adapter } from '../../../provider/resources/adapter';
import { faceOf } from '../../../provider/terraform/schema/resource-face';

const disk = z.strictObject({ sizeGib: z.number().int(), label: z.string().optional() });
const optional = { change: 'in-place', presence: 'optional' } as const;

const toy = resource({
  noun: 'toy-box',
  title: 'ToyBox',
  summary: 'A toy.',
  lifecycle: null,
  inputs: {
    name: field(z.string(), { change: 'replace', presence: 'required' }),
    passPhrase: field(z.string(), { ...optional, secret: true }),
    pin: field(z.string(), { change: 'in-place', presence: 'required', secret: true }),
    chosenKey: field(z.string(), { change: 'in-place', presence: 'chosen', secret: true }),
    ratio: field(z.number(), { change: 'never', presence: 'chosen' }),
    mainDisk: field(disk, optional),
    moreDisks: field(z.array(disk), { ...optional, home: 'tool' }),
    namedDisks: field(z.record(z.string(), disk), optional),
    labels: field(z.array(z.string()), optional),
    timeouts: field(z.strictObject({ createMinutes: z.number().positive().optional() }), {
      ...optional,
      home: 'tool',
    }),
    adopt: field(z.string(), { ...optional, home: 'tool' }),
  },
  outputs: {
    accessToken: field(z.string(), { change: 'in-place', presence: 'computed', secret: true }),
    partList: field(z.array(disk), { change: 'in-place', presence: 'computed' }),
  },
  oneOf: [['ratio', 'mainDisk', 'adopt']],
  stateVersion: 3,
});

function refuse(): never {
  throw new Error('the toy does nothing');
}

const adapter: Adapter = {
  model: describeResource(toy),
  determining: [],
  unique: [],
  aspects: [],
  observe: refuse,
  find: refuse,
  create: refuse,
  settle: refuse,
  unmark: refuse,
  remove: refuse,
  list: refuse,
};

/** The toy's face. */
export const toyFace = faceOf(adapter);
