// Resources that no catalogue has yet: a secret, nested objects, lists of objects, every kind of
// change. What the provider does with them, it will do with nouns to come.
import { z } from 'zod';
import { describeResource } from '../../../schema/kernel/describe';
import { field } from '../../../schema/kernel/field';
import { resource } from '../../../schema/kernel/resource';
import { volumeLifecycle } from '../../../schema/lifecycles/volume';
import { nameField, output, timeoutsField } from '../../../schema/resources/shared-fields';

const rule = z.strictObject({ port: z.number().int().min(1), portName: z.string().optional() });

/** A noun with everything in it. */
export const vault = resource({
  noun: 'key-vault',
  title: 'KeyVault',
  summary: 'Holds what must not be seen.',
  lifecycle: volumeLifecycle,
  inputs: {
    name: nameField,
    password: field(z.string().min(1), {
      change: 'in-place',
      presence: 'optional',
      secret: true,
    }),
    seedPhrase: field(z.string().min(1), {
      change: 'replace',
      presence: 'optional',
      secret: true,
    }),
    accessPolicy: field(z.strictObject({ maxUses: z.number().int().min(1).optional() }), {
      change: 'in-place',
      presence: 'optional',
    }),
    allowedRules: field(z.array(rule), { change: 'in-place', presence: 'optional' }),
    bornRules: field(z.array(rule), { change: 'replace', presence: 'optional' }),
    tags: field(z.array(z.string()), { change: 'in-place', presence: 'optional' }),
    ownLabels: field(z.record(z.string(), z.string()), {
      change: 'in-place',
      presence: 'optional',
      ownKeysOnly: true,
    }),
    allLabels: field(z.record(z.string(), z.string()), {
      change: 'in-place',
      presence: 'optional',
    }),
    sizeGib: field(z.number().int().min(1), {
      change: 'in-place',
      presence: 'required',
      order: 'grow',
    }),
    frozenMode: field(z.enum(['one', 'two']), { change: 'never', presence: 'optional' }),
    placeName: field(z.string().min(1), { change: 'replace', presence: 'chosen' }),
    isOpen: field(z.boolean(), { change: 'in-place', presence: 'optional' }),
    ratio: field(z.number(), { change: 'in-place', presence: 'optional' }),
    fromA: field(z.string().min(1), {
      change: 'replace',
      presence: 'optional',
      exclusive: 'source',
    }),
    fromB: field(z.string().min(1), {
      change: 'replace',
      presence: 'optional',
      exclusive: 'source',
    }),
    onDelete: field(z.enum(['delete', 'retain']), {
      change: 'in-place',
      presence: 'optional',
      home: 'tool',
    }),
    timeouts: timeoutsField,
  },
  outputs: {
    status: output(z.string()),
    rootKey: field(z.string(), { change: 'in-place', presence: 'computed', secret: true }),
    sizeText: output(z.string(), 'sizeGib'),
    policyText: output(z.string(), 'accessPolicy', 'tags'),
    usage: output(z.object({ bytesUsed: z.number(), parts: z.array(z.string()) })),
    createdAt: output(z.string()),
  },
  stateVersion: 3,
  renamed: [
    { before: 2, from: 'capacityGib', to: 'sizeGib' },
    { before: 3, from: 'zone', to: 'place' },
    { before: 3, from: 'place', to: 'placeName' },
  ],
  formerly: ['elsewhere_vault_v1'],
});

/** A noun without status, name or bounds. */
export const stamp = resource({
  noun: 'stamp',
  title: 'Stamp',
  summary: 'Marks things.',
  lifecycle: null,
  inputs: {
    ink: field(z.string().min(1), { change: 'replace', presence: 'required' }),
    note: field(z.string(), { change: 'in-place', presence: 'optional' }),
  },
  outputs: { serial: output(z.string()) },
});

/** The toys as plain data. */
export const toyModels = [describeResource(vault), describeResource(stamp)];
