// Settings that decide which things there are must be known while the program runs: a tool cannot
// plan a number of things that it learns later. Invariant: what is left out is not unknown.
import type { Problem } from './problem';

/** Settings as far as they are known; what is not known yet is left out. */
export type Known<Props> = { readonly [K in keyof Props]?: Props[K] };

/** The same settings twice: as they were given, and with undefined for what is not known yet. */
export interface BothSides {
  readonly given: object;
  readonly known: object;
}

/**
 * Problems of settings that are not known. `depths` says how deep each setting is looked into: at
 * 1 the value itself, at 2 its members too.
 */
export function unknownProblems(
  { given, known }: BothSides,
  depths: Readonly<Record<string, number>>,
): Problem[] {
  const givens = new Map(Object.entries(given));
  const knowns = new Map(Object.entries(known));
  return Object.entries(depths).flatMap(([name, depth]) =>
    unknownPaths([givens.get(name), knowns.get(name)], name, depth).map((property) => ({
      property,
      reason:
        'is not known while the program runs, but decides which things there are. Give a value ' +
        'that the program has itself, such as one of its configuration',
    })),
  );
}

function unknownPaths([given, known]: [unknown, unknown], path: string, depth: number): string[] {
  if (given === undefined || given === null || depth === 0) return [];
  if (known === undefined) return [path];
  if (typeof given !== 'object' || typeof known !== 'object' || known === null) return [];
  const knowns = new Map(Object.entries(known));
  return Object.entries(given).flatMap(([key, part]) =>
    unknownPaths([part, knowns.get(key)], memberPath(path, key, given), depth - 1),
  );
}

function memberPath(path: string, key: string, within: object): string {
  if (Array.isArray(within)) return `${path}[${key}]`;
  return /^[A-Za-z]\w*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}
