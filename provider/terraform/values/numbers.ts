// Numbers that keep their value. Terraform computes with decimals of any length, we with doubles.
// Invariant: a number becomes a double only where writing the double down gives that number again.

const decimal = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * The number that a decimal text means: a number where that loses nothing, a bigint for whole
 * numbers too large for one, else null. null too for what is no decimal.
 */
export function exactNumber(text: string): number | bigint | null {
  const wanted = canonical(text);
  if (wanted === null) return null;
  const near = Number(text);
  const isWhole = !wanted.includes('.');
  if (isWhole) return Number.isSafeInteger(near) ? near + 0 : wholeOf(wanted);
  return canonical(String(near)) === wanted ? near : null;
}

/** A number as the decimal text that Terraform parses to the very same value. */
export function decimalText(value: number): string {
  return canonical(String(value)) ?? String(value);
}

function wholeOf(text: string): bigint | null {
  // A number of ten thousand digits is a mistake or an attack; it is nobody's size.
  return text.length <= 400 ? BigInt(text) : null;
}

/** The one way to write a decimal: no exponent, no needless zero. */
function canonical(text: string): string | null {
  const parts = decimal.exec(text);
  if (!parts) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const shift = Number(exponent);
  if (Math.abs(shift) > 1000) return null;
  const digits = whole + fraction;
  const point = whole.length + shift;
  const padded = digits.padStart(digits.length + Math.max(0, -point), '0').padEnd(point, '0');
  const at = Math.max(0, point);
  const before = padded.slice(0, at).replace(/^0+/, '') || '0';
  const after = padded.slice(at).replace(/0+$/, '');
  const plain = after === '' ? before : `${before}.${after}`;
  return plain === '0' ? '0' : sign + plain;
}
