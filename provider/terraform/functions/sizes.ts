// Sizes as people write them and as volumes have them. Invariant: arithmetic is exact, and a size
// is rounded up, never down: what was asked for fits.

const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const decimal = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const bytesInGib = 1024n ** 3n;
const longest = 40;

/** The units that are understood, for refusals and documents. */
export const knownUnits = 'B, KiB, MiB, GiB, TiB, PiB, EiB, and kB, MB, GB, TB, PB, EB';

/**
 * The whole GiB, at least one, that hold the size `text` means: 1.5 TiB is 1536, 500 GB is 466, a
 * bare number is GiB. A string where it means none: what was found and what was expected.
 */
export function gibOf(text: string): number | string {
  const found = /^\s*(\d+)(?:\.(\d+))?\s*([A-Za-z]*)\s*$/.exec(text);
  if (!found || text.length > longest) {
    return `found ${quoted(text)}, expected a number and a unit such as 1.5 TiB, 500 GB or 10`;
  }
  const [, whole = '', fraction = '', unit = ''] = found;
  const bytes = unit === '' ? bytesInGib : bytesIn(unit);
  if (bytes === null) return `found the unit ${quoted(unit)}, expected one of ${knownUnits}`;
  const scale = 10n ** BigInt(fraction.length);
  const amount = BigInt(whole + fraction) * bytes;
  const divisor = bytesInGib * scale;
  const gib = (amount + divisor - 1n) / divisor;
  if (gib === 0n) return `found ${quoted(text)}, expected more than nothing`;
  if (gib > BigInt(Number.MAX_SAFE_INTEGER)) {
    return `found ${quoted(text)}, expected less than 2^53 GiB`;
  }
  return Number(gib);
}

/**
 * `gib` in the largest unit in which at most two decimals say it exactly, so that whole GiB read
 * back the same; a part of a GiB is rounded to two decimals of the unit that fits it.
 */
export function sizeText(gib: number): string {
  if (!Number.isInteger(gib)) return fractionText(gib);
  for (const [unit, gibs] of [
    ['EiB', 1024 ** 3],
    ['PiB', 1024 ** 2],
    ['TiB', 1024],
  ] as const) {
    const amount = gib / gibs;
    if (amount >= 1 && Number.isInteger(amount * 100)) return `${amount} ${unit}`;
  }
  return `${gib} GiB`;
}

function fractionText(gib: number): string {
  let amount = gib;
  let at = 3;
  for (; amount < 1 && at > 0; at -= 1) amount *= 1024;
  for (; amount >= 1024 && at < binary.length - 1; at += 1) amount /= 1024;
  return `${Math.round(amount * 100) / 100} ${binary[at] ?? ''}B`;
}

/** Both families are told apart by their i, whatever letters are large: gib, GiB; gb, GB. */
function bytesIn(unit: string): bigint | null {
  const lower = unit.toLowerCase();
  const form = (prefix: string) => [`${prefix}b`.toLowerCase(), prefix.toLowerCase()];
  const power = binary.findIndex((prefix) => prefix !== '' && form(prefix).includes(lower));
  if (power > 0) return 1024n ** BigInt(power);
  if (lower === 'b') return 1n;
  const tens = decimal.findIndex((prefix) => prefix !== '' && `${prefix}b`.toLowerCase() === lower);
  return tens > 0 ? 1000n ** BigInt(tens) : null;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}...` : text);
}
