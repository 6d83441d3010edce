// What a volume may start from, and the rule that it starts from one thing.
import type { Problem } from './problem';

/** The settings that name a source. */
export const sourceNames = ['imageId', 'snapshotId', 'sourceVolumeId', 'backupId'] as const;

/** The name of a setting that names a source. */
export type SourceName = (typeof sourceNames)[number];

/** Settings of which some name a source. */
export type Sources = { readonly [K in SourceName]?: unknown };

/** The sources that are given, known or not. */
export function givenSources(settings: Sources): SourceName[] {
  return sourceNames.filter((name) => settings[name] !== undefined && settings[name] !== null);
}

/** The sources alone, without what is left out. */
export function pickSources<S extends Sources>(settings: S): Pick<S, SourceName & keyof S> {
  const picked = givenSources(settings).map((name) => [name, settings[name]] as const);
  // The keys are those that the settings have; fromEntries cannot know that.
  return Object.fromEntries(picked) as Pick<S, SourceName & keyof S>;
}

/** Problems of settings with more than one source, or with none where one is needed. */
export function sourceProblems(
  settings: Sources,
  needs: { readonly oneOf: readonly SourceName[] } | null,
): Problem[] {
  const given = givenSources(settings);
  if (given.length > 1) {
    const reason = `${given.join(' and ')} exclude each other; give one of them`;
    return [{ property: given[1] ?? '', reason }];
  }
  if (needs && given.length === 0) {
    const reason = `one of ${needs.oneOf.join(', ')} is needed; none is given`;
    return [{ property: needs.oneOf[0] ?? '', reason }];
  }
  return [];
}
