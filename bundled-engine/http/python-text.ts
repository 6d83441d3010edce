// Values as Python prints them, for the refusal texts of services that are written in Python:
// clients and their tests match on `{'size': 1}` and `True`. Invariant: any JSON value gives one
// line, however deep it is.

/** Deeper than any body that means something; Python would stop at a depth of a thousand. */
const deepest = 50;

/** `value` in the notation of Python's repr(). */
export function pythonText(value: unknown, depth = 0): string {
  const inner = (one: unknown): string => pythonText(one, depth + 1);
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (depth > deepest) return '...';
  if (Array.isArray(value)) return `[${value.map(inner).join(', ')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value);
    return `{${entries.map(([key, one]) => `${quoted(key)}: ${inner(one)}`).join(', ')}}`;
  }
  return String(value);
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = quote;
  for (const char of text) out += escaped(char, quote);
  return out + quote;
}

const named: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escaped(char: string, quote: string): string {
  if (char === quote) return `\\${char}`;
  const short = named[char];
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
  return isControl ? `\\x${code.toString(16).padStart(2, '0')}` : char;
}
