// The small parts: words, places, memory.
import { describeResource } from '../../../schema/kernel/describe';
import {
  appliedMemory,
  foreignMemory,
  memoryBytes,
  memoryOf,
} from '../../../provider/terraform/resources/memory';
import { failed, pathOfProperty, refusals } from '../../../provider/terraform/resources/problems';
import { wordsOf } from '../../../provider/terraform/resources/words';
import { faceOf, resourceFaces } from '../../../provider/terraform/schema/resource-face';
import { PathRefusal } from '../../../provider/terraform/values/diagnostics';
import { FakeCloud } from './fake-cloud';
import { vault } from './toy-resources';

const face = faceOf(new FakeCloud(describeResource(vault)).adapter);

test('fields are called as attributes are, whole words alone and nothing that users wrote', () => {
  const words = wordsOf(face);
  expect(words('sizeGib and sizeGibX, maxUses of accessPolicy, name')).toBe(
    'size_gib and sizeGibX, max_uses of access_policy, name',
  );
  expect(words('"sizeGib" is not sizeGib; timeouts.createMinutes')).toBe(
    '"sizeGib" is not size_gib; timeouts.create',
  );
  expect(words('an unclosed " before sizeGib')).toBe('an unclosed " before size_gib');
  expect(words('or name the right one as `adopt`.')).toBe('or import the right one.');
});

test.each([
  ['sizeGib', ['size_gib']],
  ['ownLabels.a.b', ['own_labels', { key: 'a.b' }]],
  ['allowedRules.2.portName', ['allowed_rules', 2, 'port_name']],
  ['allowedRules.2.odd', ['allowed_rules', 2]],
  ['accessPolicy.maxUses', ['access_policy', 'max_uses']],
  ['tags.1', ['tags']],
  ['timeouts.createMinutes', ['timeouts', 'create']],
  ['timeouts', ['timeouts']],
  ['nothing', []],
  ['', []],
])('the place of %s', (property, path) => {
  expect(pathOfProperty(face, property)).toEqual(path);
});

test('a refusal is made once; a failure blames the attribute that it knows', () => {
  const failure = { property: 'sizeGib', reason: 'sizeGib cannot be 0' };
  expect(refusals(face, [failure, { ...failure }])).toHaveLength(1);
  const blamed = failed(face, 'create', new PathRefusal(['size_gib'], 'too many digits'));
  expect(blamed.attribute).toEqual({ steps: [{ attributeName: 'size_gib' }] });
  expect(failed(face, 'remove', 'a text')).toMatchObject({
    summary: 'Cannot remove key vault',
    detail: 'A text.',
    attribute: undefined,
  });
});

test('memory survives its bytes; bytes that are none mean that nobody knows', () => {
  const memory = {
    owned: { names: ['name'], keys: { metadata: ['k'] } },
    spellings: { volumeType: ['id'] },
    isComplete: false,
    holder: 'word',
    isForeign: true,
    isUnread: true,
  };
  expect(memoryOf(memoryBytes(memory))).toEqual(memory);
  expect(memoryOf(memoryBytes(foreignMemory))).toEqual(foreignMemory);
  expect(memoryOf(memoryBytes(appliedMemory(memory)))).toMatchObject({ isForeign: false });
  for (const text of ['', 'null', '{}', 'no json', '[1]', '{"names":1}']) {
    expect(memoryOf(Buffer.from(text))).toEqual(foreignMemory);
  }
});

test('no name of the catalogue is a word that texts use otherwise', () => {
  const exchanged = resourceFaces()
    .flatMap(({ attributes }) => attributes)
    .filter(({ field, name }) => field.name !== name)
    .map(({ field }) => field.name);
  expect(exchanged.filter((name) => !/[a-z][A-Z]/.test(name))).toEqual([]);
});
