// What editors and pages say about an attribute: the field's doc comment, and what follows from its
// traits. Invariant: fields are called as Terraform calls them.
import { fieldDocs } from '../../../schema/generated/field-docs';
import type { FieldModel, ResourceModel } from '../../../schema/kernel/describe';
import { attributeNameOf } from './names';

/** Doc comments by field. */
export type FieldDocs = Readonly<Record<string, string>>;

/** The doc comments of a noun or lookup; none where it is not of the catalogue. */
export function docsOf(noun: string): FieldDocs {
  return fieldDocs[noun] ?? {};
}

/** The description of an input or output of `model`. */
export function describeField(model: ResourceModel, field: FieldModel, docs: FieldDocs): string {
  const names = [...model.inputs, ...model.outputs].map(({ name }) => name);
  const text =
    docs[field.name] ?? `${words(field.name)} of the ${model.noun.replaceAll('-', ' ')}.`;
  return [attributeWords(text, names), ...choices(field, text), ...consequence(model, field)].join(
    ' ',
  );
}

/** `text` with names of fields as Terraform calls them; whole words alone are exchanged. */
export function attributeWords(text: string, names: readonly string[]): string {
  const known = new Map(names.map((name) => [name, attributeNameOf(name)]));
  return text.replace(/[A-Za-z_]\w*/g, (word) => {
    const name = known.get(word);
    return name === undefined || name === word ? word : name;
  });
}

/** The values of an enum, but for a text that names them all by itself. */
function choices({ kind }: FieldModel, text: string): string[] {
  if (kind.type !== 'enum') return [];
  const told = new Set(text.match(/[\w-]+/g));
  if (kind.values.every((value) => told.has(value))) return [];
  return [`One of ${kind.values.map((value) => `\`${value}\``).join(', ')}.`];
}

function consequence(model: ResourceModel, field: FieldModel): string[] {
  if (field.presence === 'computed') return [];
  const thing = model.noun.replaceAll('-', ' ');
  if (field.change === 'replace') return [`Another value replaces the ${thing}.`];
  return field.change === 'never' ? ['It cannot be changed later.'] : [];
}

function words(name: string): string {
  const text = attributeNameOf(name).replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
