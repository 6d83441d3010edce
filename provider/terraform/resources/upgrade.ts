// States of earlier forms, and of other hands, brought to the form of today. Invariant: what is
// called otherwise now is found under its new name, what there is no more is dropped, and no number
// loses a digit on the way.
import { Refusal } from '../../resources/refusal';
import { thing } from '../../reconcile-wording';
import type { RawState } from '../protocol/generated/tfplugin6';
import { attributeNameOf } from '../schema/names';
import type { ResourceFace } from '../schema/resource-face';
import { timeoutNames, timeoutsField } from '../schema/timeouts-block';
import { conform } from '../values/conform';
import type { CtyType } from '../values/cty-type';
import { decodeState } from '../values/dynamic-value';
import type { TfObject, TfValue } from '../values/tf-value';
import { isTfObject, objectOf } from '../values/tf-value';

/** A state as it was saved, and the version of the form that it has. */
export interface SavedState {
  readonly version: number;
  readonly raw: RawState | undefined;
}

/** The state in the form of today. Throws where it is newer than this provider, or no state. */
export function upgradedState(face: ResourceFace, saved: SavedState): TfObject {
  const { model, stateVersion } = face;
  if (saved.version > stateVersion) {
    throw new Refusal(
      `Cannot use a ${thing(model)} of state version ${saved.version}: a newer provider wrote ` +
        `it, and this one knows versions up to ${stateVersion}. Use that newer provider.`,
    );
  }
  if (saved.raw && saved.raw.json.length === 0) {
    throw new Refusal(
      `Cannot use the state of a ${thing(model)}: it has the form of Terraform 0.11. No version ` +
        'of this provider wrote it; remove the resource from the state and import the thing.',
    );
  }
  const values = renamed(face, decodeState(saved.raw), saved.version);
  const type = stateType(face);
  return objectOf(conform(fitted(values, type), type));
}

const stateTypes = new WeakMap<ResourceFace, CtyType>();

/** The type of a whole resource. Found once a face: every thing in a state is asked about. */
function stateType(face: ResourceFace): CtyType {
  const type = stateTypes.get(face) ?? typeOfState(face);
  stateTypes.set(face, type);
  return type;
}

function typeOfState({ attributes, model }: ResourceFace): CtyType {
  const verbs = timeoutNames(model).map((verb) => [verb, 'string'] as const);
  const timeouts: CtyType = ['object', Object.fromEntries(verbs)];
  const members = attributes.map(({ name, type }) => [name, type] as const);
  const blocks = verbs.length > 0 ? [[timeoutsField, timeouts] as const] : [];
  return ['object', Object.fromEntries<CtyType>([...members, ...blocks])];
}

function renamed(face: ResourceFace, state: TfObject, version: number): TfObject {
  const values: Record<string, TfValue> = { ...state };
  for (const { before, from, to } of face.model.renamed) {
    const [old, name] = [attributeNameOf(from), attributeNameOf(to)];
    if (version >= before || !(old in values)) continue;
    values[name] = values[old] ?? null;
    delete values[old];
  }
  const secret = face.attributes.filter(({ writeOnly }) => writeOnly);
  for (const { name } of secret) values[name] = null;
  return values;
}

/** A value of another type as one of `type` where it says the same; null where it cannot. */
function fitted(value: TfValue, type: CtyType): TfValue {
  if (value === null) return null;
  if (type === 'string') return isPlain(value) ? String(value) : null;
  if (type === 'number') return isNumeric(value) ? value : null;
  if (type === 'bool') return truth(value);
  const [kind, inner] = type;
  if (kind === 'object') {
    if (!isTfObject(value)) return null;
    const names = Object.entries(inner);
    return Object.fromEntries(names.map(([name, one]) => [name, fitted(value[name] ?? null, one)]));
  }
  if (kind === 'map') {
    if (!isTfObject(value)) return null;
    const members = Object.entries(value);
    return Object.fromEntries(members.map(([key, member]) => [key, fitted(member, inner)]));
  }
  return Array.isArray(value) ? value.map((member: TfValue) => fitted(member, inner)) : null;
}

function isPlain(value: TfValue): boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

function isNumeric(value: TfValue): boolean {
  if (typeof value === 'string') return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value);
  return typeof value === 'number' || typeof value === 'bigint';
}

function truth(value: TfValue): boolean | null {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : null;
}
