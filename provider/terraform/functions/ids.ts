// Ids with the noun that they are of, as text: volume/4f0c..., the address of a thing at a service,
// or a bare id. Invariant: nouns are those of the catalogue, in the words of Terraform
// (volume_type); reading what was written gives the same noun and id.
import { catalogue } from '../../../schema/catalogue';
import { providerName } from '../schema/names';

/** An id, and the noun that it is of; null where the text does not tell. */
export interface NamedId {
  readonly noun: string | null;
  readonly id: string;
}

const nouns: readonly string[] = catalogue.map(({ noun }) => noun.replaceAll('-', '_'));
const bareId = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const anyId = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/;

/** The nouns that are understood, for refusals and documents. */
export const knownNouns = nouns.join(', ');

/** The noun that `text` names (`volume-type`, `cinderkit_volume_type`); null where it is none. */
export function nounOf(text: string): string | null {
  const name = text.replaceAll('-', '_').replace(new RegExp(`^${providerName}_`), '');
  return nouns.includes(name) ? name : null;
}

/** Whether `text` can be the id of a thing. */
export function isId(text: string): boolean {
  return anyId.test(text);
}

/**
 * The noun and id in `text`. A string where there are none: what was found and what was expected.
 */
export function namedIdOf(text: string): NamedId | string {
  const trimmed = text.trim();
  if (bareId.test(trimmed)) return { noun: null, id: trimmed };
  if (/^https?:\/\//i.test(trimmed)) return idOfAddress(trimmed);
  const [first = '', id = '', ...more] = trimmed.split('/');
  const noun = nounOf(first);
  if (noun !== null && isId(id) && more.length === 0) return { noun, id };
  return (
    `found ${JSON.stringify(shortened(text))}, expected an id, noun/id with a noun of ` +
    `${knownNouns}, or the address of a thing`
  );
}

/** The last step of an address that is a collection's, with the id after it. */
function idOfAddress(text: string): NamedId | string {
  const refusal =
    `found ${JSON.stringify(shortened(text))}, expected an address that ends in a collection ` +
    'and an id, such as https://.../volumes/4f0c...';
  if (!URL.canParse(text)) return refusal;
  const steps = new URL(text).pathname.split('/').filter((step) => step !== '');
  const [collection = '', id = ''] = steps.slice(-2);
  const noun = nounOfCollection(collection);
  return noun !== null && isId(id) ? { noun, id } : refusal;
}

/** `volumes` is volume; `types` is the one noun that ends in type. */
function nounOfCollection(collection: string): string | null {
  const one = collection.replaceAll('-', '_').replace(/s$/, '');
  if (one === collection) return null;
  if (nouns.includes(one)) return one;
  const [found, ...others] = nouns.filter((noun) => noun.endsWith(`_${one}`));
  return others.length === 0 ? (found ?? null) : null;
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
