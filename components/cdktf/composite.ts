// What the composed constructs share: names, tags, and the telling of settings that cannot be
// meant. Invariant: a problem is told by the library's own validation, all of them at once, when
// the stack is synthesised; nothing is thrown before.
import { Aspects, Token } from 'cdktf';
import { Construct } from 'constructs';
import type { Problem } from '../recipes/problem';
import { partWith } from '../recipes/names';
import { problemText } from '../recipes/problem';
import type { CompositeProps } from '../recipes/props';
import { compositeTags } from '../recipes/tags';
import { Tags } from './tags';

/** A construct that is made of cinderkit's resources. Not for direct use. */
export abstract class Composite extends Construct {
  /** Beginning of the names of everything that it makes. */
  readonly baseName: string;
  readonly #title: string;
  readonly #problems: string[] = [];

  protected constructor(
    scope: Construct,
    id: string,
    told: { readonly title: string; readonly props: CompositeProps },
  ) {
    super(scope, id);
    const { title, props } = told;
    this.#title = title;
    this.baseName = props.name ?? id;
    const tags = compositeTags({ composite: title, name: this.baseName }, props.tags);
    Aspects.of(this).add(new Tags(tags));
  }

  /** Has the library tell these problems when it validates. */
  protected report(problems: readonly Problem[]): void {
    const subject = { composite: this.#title, name: this.node.id };
    this.#problems.push(...problems.map((problem) => problemText(subject, problem)));
    this.node.addValidation({ validate: () => this.#problems });
  }

  /** The part with this label. Throws where there is none, with the problems that led to it. */
  protected part<T>(parts: Readonly<Record<string, T>>, kind: string, label: string): T {
    if (this.#problems.length > 0 && !Object.hasOwn(parts, label)) {
      throw new Error(this.#problems.join('\n'));
    }
    return partWith(parts, label, { whose: `${this.#title} ${this.node.id}`, kind });
  }
}

/** Settings as far as they are known at synthesis: tokens, at any depth, are undefined. */
export function knownNow<Props extends object>(props: Props): Partial<Props> {
  // What is left has the form of the settings, for nothing is added.
  return knownPart(props) as Partial<Props>;
}

function knownPart(value: unknown): unknown {
  if (Token.isUnresolved(value)) return undefined;
  if (Array.isArray(value)) return value.map(knownPart);
  if (value === null || typeof value !== 'object') return value ?? undefined;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, knownPart(part)]));
}

/** A record without the members that are undefined, as the generated classes want it. */
export function present<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  // Members that may be undefined are optional where the result is used.
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
