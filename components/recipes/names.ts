// Names of what composites make. Invariant: a name is told by the program alone (no counter that
// runs on, nothing random), so that every run and every tool gives the same thing the same name.
import type { Problem } from './problem';

/** The service's limit (cinder api validation: 255 characters). */
export const longestName = 255;

const labelForm = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The name of a part: the composite's name, a dash, and the part's label. */
export function partName(base: string, label: string): string {
  return `${base}-${label}`;
}

/** Problems of a label, which becomes part of names and of places in the tool's state. */
export function labelProblems(property: string, label: string): Problem[] {
  if (labelForm.test(label)) return [];
  const reason =
    `${JSON.stringify(label)} is no label; use letters, digits, dots, dashes and underscores, ` +
    'and begin with a letter or digit';
  return [{ property, reason }];
}

/** Problems of labels that are given twice; `propertyOf` tells where the one at an index stands. */
export function repeatedLabels(
  labels: readonly string[],
  propertyOf: (at: number) => string,
): Problem[] {
  return labels.flatMap((label, at) => {
    if (labels.indexOf(label) === at) return [];
    return [{ property: propertyOf(at), reason: `${label} is there already; give it once` }];
  });
}

/** Problems of names that the service would refuse for their length. */
export function lengthProblems(names: readonly string[]): Problem[] {
  const longest = names.find((name) => name.length > longestName);
  if (longest === undefined) return [];
  const reason =
    `gives a name of ${longest.length} characters (${longest.slice(0, 40)}…); the service takes ` +
    `${longestName}. Choose a shorter name or shorter labels`;
  return [{ property: 'name', reason }];
}

/**
 * The part with this label. Throws one plain sentence where there is none: `whose` is what should
 * have it ("VolumeFleet web"), `kind` what it is ("volume").
 */
export function partWith<T>(
  parts: Readonly<Record<string, T>>,
  label: string,
  told: { readonly whose: string; readonly kind: string },
): T {
  const part = Object.hasOwn(parts, label) ? parts[label] : undefined;
  if (part !== undefined) return part;
  const labels = Object.keys(parts);
  const there = labels.length === 0 ? 'it has none' : `it has ${labels.join(', ')}`;
  throw new Error(`${told.whose} has no ${told.kind} ${label}; ${there}`);
}
