// What the component resources share: types of their arguments, the refusal of settings that
// cannot be meant, tags and options for their parts. Invariants: type tokens never change; every
// part's name begins with its composite's, so that aliases of the composite are inherited.
import * as pulumi from '@pulumi/pulumi';
import type { DeepInput } from '../../provider/pulumi/declared-resource';
import { partWith } from '../recipes/names';
import type { Problem } from '../recipes/problem';
import { problemsText } from '../recipes/problem';
import type { CompositeProps } from '../recipes/props';
import { compositeTags } from '../recipes/tags';

/** Settings as Pulumi takes them: any may be an output but those named in `Plain`. */
export type InputsOf<Props, Plain extends keyof Props = never> = {
  [K in keyof Props]: K extends Plain
    ? Props[K]
    : DeepInput<Exclude<Props[K], undefined>> | Extract<Props[K], undefined>;
};

/** Keys and values of which any may be an output. */
type TagInputs = DeepInput<Readonly<Record<string, string>>>;

/** What makes a composite: its class, its name in the program, what it is told. */
interface Told {
  readonly title: string;
  readonly name: string;
  readonly args: InputsOf<CompositeProps, 'name'>;
  readonly options: pulumi.ComponentResourceOptions;
}

/** A component resource that is made of cinderkit's resources. Not for direct use. */
export abstract class Composite extends pulumi.ComponentResource {
  /** Beginning of the names of everything that it makes. */
  readonly baseName: string;
  readonly #told: Told;

  protected constructor(told: Told) {
    super(`cinderkit:components:${told.title}`, told.name, {}, told.options);
    this.#told = told;
    this.baseName = told.args.name ?? told.name;
  }

  /** Throws one clean error with all problems, if there are any. */
  protected refuse(problems: readonly Problem[]): void {
    if (problems.length === 0) return;
    const { title, name } = this.#told;
    const text = problemsText({ composite: title, name }, problems);
    throw this.#plainly(text);
  }

  /** The tags of the composite, and over them what was said about one part. */
  protected tagged(...own: readonly (TagInputs | undefined)[]): TagInputs {
    const { title, args } = this.#told;
    const basis = compositeTags({ composite: title, name: this.baseName }, undefined);
    return merged([basis, args.tags, ...own]);
  }

  /** The part with this label. Throws one plain sentence where there is none. */
  protected part<T>(parts: Readonly<Record<string, T>>, kind: string, label: string): T {
    const { title, name } = this.#told;
    try {
      return partWith(parts, label, { whose: `${title} ${name}`, kind });
    } catch (error) {
      throw this.#plainly(error instanceof Error ? error.message : String(error));
    }
  }

  /** Options of a part. */
  protected partOptions(more: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return { ...more, parent: this };
  }

  #plainly(text: string): Error {
    const error = new pulumi.ResourceError(text, this, true);
    // Once the program has ended the SDK shows the stack nevertheless, where there is one.
    error.stack = '';
    return error;
  }

  /** Name of a part in the program and in state. */
  protected partOf(label: string): string {
    return `${this.#told.name}-${label}`;
  }
}

/**
 * What is known of settings while the program runs: outputs and promises, at any depth, are
 * undefined. What they turn out to be is checked by the resources that get them.
 */
export function knownNow<Props extends object>(args: object): Partial<Props> {
  // What is left has the form of the settings, for `args` is InputsOf<Props>.
  return knownPart(args) as Partial<Props>;
}

function knownPart(value: unknown): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return undefined;
  if (Array.isArray(value)) return value.map(knownPart);
  if (value === null || typeof value !== 'object') return value ?? undefined;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, knownPart(part)]));
}

/** Maps laid over each other. Known ones are merged now, so that a preview shows their keys. */
function merged(maps: readonly (TagInputs | undefined)[]): TagInputs {
  const later = maps.some((map) => pulumi.Output.isInstance(map) || map instanceof Promise);
  if (!later) return Object.assign({}, ...maps);
  return pulumi.all([...maps]).apply((known) => Object.assign({}, ...known));
}
