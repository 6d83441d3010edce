// A noun as Terraform's managed resource. Invariant: everything follows from its definition; what
// Terraform has ways of its own for (taking over what exists is an import) is left out.
import { catalogue } from '../../../schema/catalogue';
import type { FieldModel, ResourceModel } from '../../../schema/kernel/describe';
import { describeResource } from '../../../schema/kernel/describe';
import { adapterOf } from '../../resources/adapters';
import type { Adapter } from '../../resources/adapter';
import type { ResourceIdentitySchema, Schema } from '../protocol/generated/tfplugin6';
import type { Attribute, Setting } from './attribute';
import {
  attributeOf,
  computed,
  optional,
  optionalComputed,
  required,
  versionOf,
} from './attribute';
import { describeField, docsOf } from './descriptions';
import { identitySchema } from './identity-schema';
import { typeNameOf } from './names';
import { once } from './once';
import { ownAttribute } from './own-attribute';
import { blockSchema } from './proto-schema';
import { timeoutNames, timeoutsBlock, timeoutsField } from './timeouts-block';

export type { Attribute } from './attribute';

/** A noun as Terraform sees it. */
export interface ResourceFace {
  readonly typeName: string;
  /** The noun's definition without what Terraform leaves out. */
  readonly model: ResourceModel;
  readonly adapter: Adapter;
  /** All attributes, `id` among them; not the block `timeouts`. */
  readonly attributes: readonly Attribute[];
  readonly hasTimeouts: boolean;
  readonly stateVersion: number;
  readonly schema: Schema;
  readonly identitySchema: ResourceIdentitySchema;
}

/** Inputs for which Terraform has ways of its own. */
const leftOut: readonly string[] = ['adopt'];

let faces: readonly ResourceFace[] | null = null;

/** All nouns of the catalogue. Made once. */
export function resourceFaces(): readonly ResourceFace[] {
  faces ??= catalogue.map((definition) =>
    faceOfModel(describeResource(definition), () => adapterOf(definition.noun)),
  );
  return faces;
}

/** The face of the noun that `adapter` serves. */
export function faceOf(adapter: Adapter): ResourceFace {
  return faceOfModel(adapter.model, () => adapter);
}

/** Most processes of a command need neither schemas nor adapters: these are made at first need. */
function faceOfModel(whole: ResourceModel, adapterOfModel: () => Adapter): ResourceFace {
  const model = withoutLeftOut(whole);
  const attributes = once(() => [idAttribute(model), ...attributesOf(model)]);
  const timeouts = timeoutNames(model);
  const schema = once(() => schemaOf(model, attributes()));
  const identity = once(() => identitySchema(model));
  return {
    typeName: typeNameOf(model.noun),
    model,
    hasTimeouts: timeouts.length > 0,
    stateVersion: model.stateVersion,
    get adapter() {
      return adapterOfModel();
    },
    get attributes() {
      return attributes();
    },
    get schema() {
      return schema();
    },
    get identitySchema() {
      return identity();
    },
  };
}

function schemaOf(model: ResourceModel, attributes: readonly Attribute[]): Schema {
  const { stateVersion: version, summary: description } = model;
  const timeouts = timeoutNames(model);
  const blocks = timeouts.length > 0 ? [timeoutsBlock(timeouts)] : [];
  return blockSchema({ version, description, attributes, blocks });
}

/** Who may set a field of a managed resource. */
export function settingOf(field: FieldModel): Setting {
  switch (field.presence) {
    case 'required':
      return required;
    case 'computed':
      return computed;
    case 'chosen':
      return optionalComputed;
    case 'optional':
      // What the service keeps may be there without the program saying so: no difference then.
      return field.home === 'service' ? optionalComputed : optional;
  }
}

/** The attribute by which a thing is known. */
export function idAttribute(model: ResourceModel): Attribute {
  const description = `Id of the ${model.noun.replaceAll('-', ' ')}, given by the service.`;
  return ownAttribute({ name: 'id', kind: { type: 'string' }, setting: computed, description });
}

function attributesOf(model: ResourceModel): Attribute[] {
  const docs = docsOf(model.noun);
  const fields = [...model.inputs.filter(({ name }) => name !== timeoutsField), ...model.outputs];
  return fields.flatMap((field) => {
    const description = describeField(model, field, docs);
    const attribute = attributeOf({ field, setting: settingOf(field), description });
    return attribute.writeOnly ? [attribute, versionOf(attribute)] : [attribute];
  });
}

function withoutLeftOut(model: ResourceModel): ResourceModel {
  return {
    ...model,
    inputs: model.inputs.filter(({ name }) => !leftOut.includes(name)),
    oneOf: model.oneOf.map((names) => names.filter((name) => !leftOut.includes(name))),
  };
}
