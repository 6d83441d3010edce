// Reads a filter such as metadata={'key': 'value'}: clients print a Python dict, some send JSON.
// Invariant: what is read is text pairs; anything else is a 400, never an evaluation.
import { requestFaults } from '../../../schema/faults';

const quoted = String.raw`u?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`;
const pair = new RegExp(String.raw`^\s*${quoted}\s*:\s*${quoted}\s*(,|$)`);

/** The pairs of a dict as Python or JSON prints it. */
export function parsePairs(name: string, text: string): Record<string, string> {
  const refuse = (): never => {
    throw requestFaults.invalidInput({
      reason: `filter ${name} must be a dictionary of text, got ${text}`,
    });
  };
  const inner = /^\s*\{([^]*)\}\s*$/.exec(text)?.[1];
  if (inner === undefined) return refuse();
  const pairs: Record<string, string> = {};
  let rest = inner;
  while (rest.trim() !== '') {
    const found = pair.exec(rest);
    if (!found) return refuse();
    const key = unescaped(found[1] ?? found[2] ?? '');
    pairs[key] = unescaped(found[3] ?? found[4] ?? '');
    rest = rest.slice(found[0].length);
  }
  return pairs;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
