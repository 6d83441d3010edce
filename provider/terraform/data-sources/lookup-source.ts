// A lookup as a data source. Invariant: it follows from the lookup's definition alone.
import type { FieldModel } from '../../../schema/kernel/describe';
import { textOfField, textsOfMembers, type MemberTexts } from '../../../schema/kernel/lookup';
import type { LookupAdapter } from '../../lookups/lookup-adapter';
import { readScope } from '../../lookups/read-scope';
import { wrong } from '../../reconcile-wording';
import type { Attribute } from '../schema/attribute';
import { attributeOf, computed, optional, optionalComputed } from '../schema/attribute';
import { attributeWords } from '../schema/descriptions';
import { typeNameOf } from '../schema/names';
import { objectFrom, valuesOf } from '../schema/object-values';
import { once } from '../schema/once';
import { conform } from '../values/conform';
import { PathRefusal } from '../values/diagnostics';
import type { TfObject } from '../values/tf-value';
import { isUnknown } from '../values/tf-value';
import type { BlockProblem, DataSource } from './data-source';
import { dataSource, withWritten } from './data-source';

/** The data source of a lookup: `cinderkit_limits`. */
export function lookupSource(adapter: LookupAdapter): DataSource {
  const { model } = adapter;
  const makeInputs = once(() => model.inputs.map((field) => attributeFor(adapter, field)));
  const makeAttributes = once(() => [
    ...makeInputs(),
    ...model.outputs.map((field) => attributeFor(adapter, field)),
  ]);
  return dataSource({
    typeName: typeNameOf(model.name),
    subject: model.name.replaceAll('-', ' '),
    description: model.summary,
    makeAttributes,
    problems: (config) => makeInputs().flatMap((attribute) => inputProblems(attribute, config)),
    read: async (session, config) => {
      const values = await adapter.look(readScope(session), valuesOf(makeInputs(), config));
      const attributes = makeAttributes();
      return withWritten(attributes, objectFrom(attributes, values), config);
    },
  });
}

function attributeFor({ model }: LookupAdapter, field: FieldModel): Attribute {
  const names = [...model.inputs, ...model.outputs].map(({ name }) => name);
  const description = attributeWords(textOfField(field), names);
  const attribute = attributeOf({ field, setting: settingOf(field), description });
  return attribute.nested ? withTexts(attribute, textsOfMembers(field)) : attribute;
}

function settingOf({ presence }: FieldModel) {
  if (presence === 'computed') return computed;
  return presence === 'chosen' ? optionalComputed : optional;
}

function withTexts(attribute: Attribute, texts: MemberTexts): Attribute {
  const { nested } = attribute;
  if (!nested) return attribute;
  const attributes = nested.attributes.map((member) => {
    const { text = '', members = {} } = texts[member.field.name] ?? {};
    return withTexts({ ...member, description: text }, members);
  });
  return { ...attribute, nested: { ...nested, attributes } };
}

function inputProblems({ name, type, field }: Attribute, config: TfObject): BlockProblem[] {
  const written = config[name] ?? null;
  if (written === null || isUnknown(written)) return [];
  try {
    const value = conform(written, type, [name]);
    const issue = field.shape.safeParse(value).error?.issues[0];
    return issue ? [{ path: [name], reason: wrong({ ...field, name }, value, issue) }] : [];
  } catch (error) {
    if (error instanceof PathRefusal) return [{ path: error.path, reason: error.message }];
    throw error;
  }
}
