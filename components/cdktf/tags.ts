// Keys and values for everything below a construct that can bear them. Invariants: the nearest one
// who says something about a key wins, a resource itself first; what is looked up is never touched.
import { Aspects, Fn, TerraformResource, Token } from 'cdktf';
import type { IAspect } from 'cdktf';
import type { IConstruct } from 'constructs';

/** Arguments that hold keys and values of the user's own, over all resource types. */
const tagged = ['metadata', 'properties'] as const;

/** A map of texts; keys and values may be tokens. */
type TextMap = Readonly<Record<string, string>>;

/**
 * An aspect that gives every cinderkit resource below a construct these keys and values.
 *
 * @example
 * Aspects.of(stack).add(new Tags({ team: "storage" }));
 */
export class Tags implements IAspect {
  readonly values: TextMap;

  constructor(values: TextMap) {
    this.values = values;
  }

  /** Called by the library for every construct; repeatable. */
  visit(node: IConstruct): void {
    if (!TerraformResource.isTerraformResource(node)) return;
    if (!node.terraformResourceType.startsWith('cinderkit_')) return;
    for (const name of tagged) {
      const input = `${name}Input`;
      if (!(input in node)) continue;
      // The generated classes have a setter for every argument and a getter for what it was given.
      const resource = node as unknown as Record<string, TextMap | undefined>;
      resource[name] = merged(inherited(node), resource[input]);
    }
  }
}

/** What all Tags above and at `node` say, the nearest last. */
function inherited(node: IConstruct): TextMap {
  const aspects = node.node.scopes.flatMap((scope) => Aspects.of(scope).all);
  const all = aspects.filter((aspect): aspect is Tags => aspect instanceof Tags);
  return Object.assign({}, ...all.map(({ values }) => values));
}

function merged(tags: TextMap, own: TextMap | undefined): TextMap {
  if (own === undefined) return tags;
  // A map that is known later has no keys yet: terraform merges it.
  if (Token.isUnresolved(own)) return Token.asStringMap(Fn.merge([tags, own]));
  return { ...tags, ...own };
}
