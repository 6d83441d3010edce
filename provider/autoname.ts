// Names for what users leave unnamed, as Pulumi gives them: the logical name, a dash and seven
// random hex digits, so that a replacement can stand beside what it replaces. Invariant: a thing
// that has a name keeps it.
import { randomBytes } from 'node:crypto';

const longest = 255;
const digits = 7;

/** The name of a new thing. `logicalName` is cut where the whole would be too long. */
export function autoname(logicalName: string): string {
  const suffix = randomBytes(4).toString('hex').slice(0, digits);
  return `${logicalName.slice(0, longest - digits - 1)}-${suffix}`;
}
