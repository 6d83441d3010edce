// Functions about ids.
import { isId, knownNouns, namedIdOf, nounOf } from './ids';
import { ArgumentRefusal, type ProviderFunction } from './provider-function';

/** parse_id: text to noun and id. */
export const parseId: ProviderFunction = {
  name: 'parse_id',
  summary: 'The noun and the id that a text holds.',
  description:
    'Reads an id, `noun/id` (such as `volume/4f0c...`), or the address of a thing at a service ' +
    '(such as `https://.../volumes/4f0c...`) and returns an object with `noun` and `id`. `noun` ' +
    `is null where the text is a bare id. Nouns are ${knownNouns}.`,
  parameters: [
    { name: 'text', type: 'string', description: 'The id, `noun/id`, or address of a thing.' },
  ],
  returns: ['object', { noun: 'string', id: 'string' }],
  call: ([text]) => {
    const found = namedIdOf(String(text));
    if (typeof found === 'object') return { noun: found.noun, id: found.id };
    throw new ArgumentRefusal(0, `Cannot read this as an id: ${found}.`);
  },
};

/** format_id: noun and id to text. */
export const formatId: ProviderFunction = {
  name: 'format_id',
  summary: 'A noun and an id as one text.',
  description:
    'Returns `noun/id`, which `parse_id` reads back. The noun may also be the type of a ' +
    `resource (\`cinderkit_volume\`). Nouns are ${knownNouns}.`,
  parameters: [
    { name: 'noun', type: 'string', description: 'The noun, such as `volume`.' },
    { name: 'id', type: 'string', description: 'The id of the thing.' },
  ],
  returns: 'string',
  call: ([noun, id]) => {
    const known = nounOf(String(noun));
    if (known === null) {
      const found = JSON.stringify(String(noun));
      throw new ArgumentRefusal(0, `There is no noun ${found}, expected one of ${knownNouns}.`);
    }
    if (isId(String(id))) return `${known}/${String(id)}`;
    const found = JSON.stringify(String(id));
    throw new ArgumentRefusal(1, `Cannot use ${found} as an id: expected letters, digits, - _ .`);
  },
};
