// Tags: keys and values that a composite puts on everything that it makes and that can bear them.
// Invariant: what a program says about one part wins over the tags of the whole.
import type { Problem, Subject } from './problem';

/** Keys and values. */
export type Tags = Readonly<Record<string, string>>;

const reserved = 'cinderkit:';
const longestText = 255;

/**
 * The tags of a composite: which one it is, by which its parts are found again in any list, and
 * those of the program.
 */
export function compositeTags(subject: Subject, own: Tags | undefined): Tags {
  return { composite: subject.composite, 'part-of': subject.name, ...own };
}

/** Problems of tags that the service, or cinderkit's own bookkeeping, would refuse. */
export function tagProblems(property: string, tags: Tags | undefined): Problem[] {
  return Object.entries(tags ?? {}).flatMap(([key, value]) => {
    const at = `${property}[${JSON.stringify(key)}]`;
    const found: Problem[] = [];
    if (key === '') found.push({ property: at, reason: 'a key needs at least one character' });
    if (key.length > longestText || String(value).length > longestText) {
      const reason = `keys and values have at most ${longestText} characters`;
      found.push({ property: at, reason });
    }
    if (key.startsWith(reserved)) {
      const reason = `keys that begin with ${reserved} are the toolkit's own; choose another`;
      found.push({ property: at, reason });
    }
    return found;
  });
}
