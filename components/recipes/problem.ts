// What is wrong with the settings of a composite, as data: each tool reports it in its own way.
// Invariant: a problem names the setting, what was found and what to do.

/** One setting that cannot be meant. `property` is a path such as `chain[0].full`. */
export interface Problem {
  readonly property: string;
  readonly reason: string;
}

/** Which composite a text is about. */
export interface Subject {
  /** Its class: VolumeFleet. */
  readonly composite: string;
  /** Its name in the program. */
  readonly name: string;
}

/** One sentence for one problem: `VolumeFleet web: count: must be …`. */
export function problemText(subject: Subject, { property, reason }: Problem): string {
  return `${subject.composite} ${subject.name}: ${property}: ${reason}`;
}

/** All problems as one text, one a line; empty where there is none. */
export function problemsText(subject: Subject, problems: readonly Problem[]): string {
  return problems.map((problem) => problemText(subject, problem)).join('\n');
}
