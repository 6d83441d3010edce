// Texts of the shared reconciler in the words of Terraform: names of fields as attributes are
// called. Invariant: whole words alone are exchanged, and nothing within quotes, for that is what
// users wrote.
import { attributeNameOf } from '../schema/names';
import type { Attribute, ResourceFace } from '../schema/resource-face';

/** A text in Terraform's words. */
export type Words = (text: string) => string;

const phrases: readonly (readonly [string, string])[] = [
  ['name the right one as `adopt`', 'import the right one'],
];

const minutes = /\b(create|read|update|delete)Minutes\b/g;

const made = new WeakMap<Pick<ResourceFace, 'attributes'>, Words>();

/** What turns texts about the things of `face` into Terraform's words. Made once a face. */
export function wordsOf(face: Pick<ResourceFace, 'attributes'>): Words {
  const known = made.get(face);
  if (known) return known;
  const words = makeWords(face);
  made.set(face, words);
  return words;
}

function makeWords(face: Pick<ResourceFace, 'attributes'>): Words {
  const names = new Map<string, string>();
  collect(face.attributes, names);
  return (text) => {
    const parts = phrases.reduce((said, [ours, theirs]) => said.replaceAll(ours, theirs), text);
    return parts
      .split(/("(?:[^"\\]|\\.)*")/)
      .map((part, index) => (index % 2 === 1 ? part : exchanged(part, names)))
      .join('');
  };
}

function collect(attributes: readonly Attribute[], names: Map<string, string>): void {
  for (const { field, name, nested } of attributes) {
    // The number beside a secret has the secret's field, but is not what texts speak of.
    if (attributeNameOf(field.name) === name) names.set(field.name, name);
    if (nested) collect(nested.attributes, names);
  }
}

function exchanged(text: string, names: ReadonlyMap<string, string>): string {
  return text.replace(minutes, '$1').replace(/[A-Za-z_]\w*/g, (word) => names.get(word) ?? word);
}
