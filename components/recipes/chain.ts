// A backup chain as a program writes it down: generations, oldest first, each a full backup and
// its increments. Invariants: a base never goes while an increment leans on it (only whole
// generations go, oldest first); a label names the same backup in every run.
import { labelProblems, lengthProblems, partName, repeatedLabels } from './names';
import type { Problem } from './problem';

/** A full backup and the increments that lean on it, in the order in which they are made. */
export interface Generation {
  /** Label of the full backup: `2026-w46`. */
  readonly full: string;
  /** Labels of its increments, oldest first: `mon`, `tue`. */
  readonly increments?: readonly string[] | undefined;
}

/** What a program says about a volume's backups. */
export interface ChainSettings {
  /** Generations, oldest first; a bare label is a full backup with no increments. */
  readonly chain?: readonly (string | Generation)[] | undefined;
  /** How many of the newest generations are kept; all of them when left out. */
  readonly keep?: number | undefined;
}

/** One backup that is to be there. */
export interface PlannedBackup {
  /** Unique within the chain: `2026-w46`, or `2026-w46-mon` for an increment. */
  readonly label: string;
  readonly name: string;
  readonly incremental: boolean;
  /** Label of the full backup that it belongs to. */
  readonly generation: string;
  /** Label of the backup that must be complete before it; null for the first. */
  readonly after: string | null;
}

/** What follows from the settings. */
export interface PlannedChain {
  readonly problems: readonly Problem[];
  /** Those to be there, in the order in which they are made. */
  readonly backups: readonly PlannedBackup[];
  /** Labels of the backups that `keep` lets go. */
  readonly expired: readonly string[];
}

/** Plans the backups of a volume called `base`; with a problem, none. */
export function planChain(base: string, { chain, keep }: ChainSettings): PlannedChain {
  const generations = (chain ?? []).map((one) => (typeof one === 'string' ? { full: one } : one));
  const problems = [...chainProblems(generations), ...keepProblems(keep, chain !== undefined)];
  if (problems.length > 0) return { problems, backups: [], expired: [] };
  const gone = keep === undefined ? 0 : Math.max(0, generations.length - keep);
  const labels = (some: readonly Generation[]): string[] => some.flatMap(labelsOf);
  const kept = labels(generations.slice(gone));
  const backups = generations.slice(gone).flatMap((generation) =>
    labelsOf(generation).map((label) => ({
      label,
      name: partName(base, label),
      incremental: label !== generation.full,
      generation: generation.full,
      // Also across generations: an increment leans on the newest backup there is.
      after: kept[kept.indexOf(label) - 1] ?? null,
    })),
  );
  const tooLong = lengthProblems(backups.map(({ name }) => name));
  if (tooLong.length > 0) return { problems: tooLong, backups: [], expired: [] };
  return { problems, backups, expired: labels(generations.slice(0, gone)) };
}

function labelsOf({ full, increments = [] }: Generation): string[] {
  return [full, ...increments.map((label) => partName(full, label))];
}

function chainProblems(generations: readonly Generation[]): Problem[] {
  const places = generations.flatMap(({ full, increments = [] }, at) => [
    { property: `chain[${at}].full`, own: full, label: full },
    ...increments.map((own, nth) => ({
      property: `chain[${at}].increments[${nth}]`,
      own,
      label: partName(full, own),
    })),
  ]);
  return [
    ...places.flatMap(({ property, own }) => labelProblems(property, own)),
    ...repeatedLabels(
      places.map(({ label }) => label),
      (at) => places[at]?.property ?? 'chain',
    ),
  ];
}

function keepProblems(keep: number | undefined, hasChain: boolean): Problem[] {
  if (keep === undefined) return [];
  if (!Number.isInteger(keep) || keep < 1) {
    const reason =
      `must be a whole number of generations, 1 or more; found ${String(keep)}. ` +
      'Leave chain out to keep no backups';
    return [{ property: 'keep', reason }];
  }
  if (hasChain) return [];
  return [{ property: 'keep', reason: 'there is no chain to keep generations of; give chain too' }];
}
