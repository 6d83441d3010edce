// The words in which scenarios are told, so that one table runs over every tool. Invariant: data
// alone. Names of fields are those of schema/; how a tool writes and shows them is its face's
// business.

/** The value of another thing of the program: its id, or one of its fields. */
export interface Reference {
  readonly from: string;
  readonly field: string;
}

/** What the thing with this label has as `field`. */
export const of = (from: string, field = 'id'): Reference => ({ from, field });

/** Whether a value stands for another thing's. */
export function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && 'from' in value && 'field' in value;
}

/** One thing of a program. */
export interface Thing {
  readonly noun: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Labels of things that must be there before it, though it does not name them. */
  readonly after?: readonly string[];
}

/** What a program declares, by label. */
export type Program = Readonly<Record<string, Thing>>;

/** What a plan means to do with a thing. */
export type Action = 'create' | 'update' | 'replace' | 'delete' | 'none';

/** What is expected of a plan for one thing: the action, and of an update the inputs shown. */
export type Planned = Exclude<Action, 'update'> | { readonly update: readonly string[] };

/** Something that happens behind the tool's back. */
export type Act =
  | { readonly alter: string; readonly to: Readonly<Record<string, unknown>> }
  | { readonly remove: string };

/** One step: something happens, the plan tells of it, applying it makes things so. */
export interface Step {
  readonly what: string;
  /** Local files to be written, by name: the content is the text, many times over. */
  readonly files?: Readonly<Record<string, string>>;
  /** What happened behind the tool's back. */
  readonly behind?: readonly Act[];
  /** What the program is from now on. */
  readonly program?: Program;
  /** By label; a thing that is not named is left as it is. */
  readonly planned: Readonly<Record<string, Planned>>;
  /** What the service then has, by label: inputs and outputs by field name. */
  readonly live?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A step that no plan can be made for. */
export interface Refused {
  readonly what: string;
  readonly program: Program;
  readonly refused: { readonly label: string; readonly field: string; readonly says: RegExp };
}

/**
 * A story of some things, from nothing to nothing. After its steps the things are imported into an
 * empty state, which changes nothing, and are destroyed, which leaves nothing.
 */
export interface Scenario {
  readonly title: string;
  readonly steps: readonly (Step | Refused)[];
  /** By label: inputs that the service does not tell, so that an import has to learn them. */
  readonly untold?: Readonly<Record<string, readonly string[]>>;
}

/** A program with other inputs for one of its things; undefined takes an input away. */
export function changed(
  program: Program,
  label: string,
  inputs: Readonly<Record<string, unknown>>,
): Program {
  const thing = program[label];
  if (!thing) throw new Error(`the program has no ${label}`);
  const all = Object.entries({ ...thing.inputs, ...inputs });
  const given = Object.fromEntries(all.filter(([, value]) => value !== undefined));
  return { ...program, [label]: { ...thing, inputs: given } };
}

/** A program without some of its things. */
export function without(program: Program, ...labels: readonly string[]): Program {
  return Object.fromEntries(Object.entries(program).filter(([label]) => !labels.includes(label)));
}

/** A program all of whose things are new. */
export function allNew(program: Program): Record<string, Planned> {
  return Object.fromEntries(Object.keys(program).map((label) => [label, 'create' as const]));
}

/** The bytes of a local file of a step: the text, many times over. */
export function fileContent(text: string): Buffer {
  return Buffer.alloc(65_536, text);
}
