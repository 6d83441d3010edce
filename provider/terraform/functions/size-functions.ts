// Functions about sizes.
import { ArgumentRefusal, type ProviderFunction } from './provider-function';
import { gibOf, knownUnits, sizeText } from './sizes';

/** parse_size: text to whole GiB. */
export const parseSize: ProviderFunction = {
  name: 'parse_size',
  summary: 'The whole GiB that hold a size.',
  description:
    'Reads a size such as `1.5 TiB`, `500 GB` or `10` and returns the number of whole GiB that ' +
    `hold it, rounded up and at least one, as \`size_gib\` takes it. Units are ${knownUnits}; a ` +
    'number without a unit is GiB. Large and small letters are the same.',
  parameters: [{ name: 'text', type: 'string', description: 'The size, such as `1.5 TiB`.' }],
  returns: 'number',
  call: ([text]) => {
    const gib = gibOf(String(text));
    if (typeof gib === 'number') return gib;
    throw new ArgumentRefusal(0, `Cannot read this as a size: ${gib}.`);
  },
};

/** format_size: GiB to text. */
export const formatSize: ProviderFunction = {
  name: 'format_size',
  summary: 'A number of GiB as people write it.',
  description:
    'Returns a number of GiB as text in the largest unit in which at most two decimals say it ' +
    'exactly: 1536 is `1.5 TiB`, 10 is `10 GiB`, 1025 is `1025 GiB`. `parse_size` reads whole ' +
    'GiB back the same. A part of a GiB is rounded to two decimals of a smaller unit.',
  parameters: [{ name: 'gib', type: 'number', description: 'The size in GiB.' }],
  returns: 'string',
  call: ([gib]) => {
    const amount = Number(gib);
    if (Number.isFinite(amount) && amount >= 0 && amount <= Number.MAX_SAFE_INTEGER) {
      return sizeText(amount);
    }
    const expected = 'expected a number from 0 to 2^53 GiB';
    throw new ArgumentRefusal(0, `Cannot write this as a size: found ${String(gib)}, ${expected}.`);
  },
};
