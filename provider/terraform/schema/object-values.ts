// Values between Terraform's objects and the reconciler's. Invariant: nothing is lost on the way
// there and back; absent here is null there.
import type { Kind } from '../../../schema/kernel/describe';
import type { Values } from '../../resources/adapter';
import { reasonOf } from '../../resources/refusal';
import type { Path } from '../values/attribute-path';
import { conform } from '../values/conform';
import { PathRefusal } from '../values/diagnostics';
import type { TfObject, TfValue } from '../values/tf-value';
import { isTfObject, objectOf, UNKNOWN, Unknown } from '../values/tf-value';
import type { Attribute } from './attribute';
import { durationForm, durationMs, durationText } from './durations';
import { attributeNameOf } from './names';
import type { ResourceFace } from './resource-face';
import { minutesName, timeoutNames, timeoutsField } from './timeouts-block';

type Face = Pick<ResourceFace, 'attributes' | 'model'>;

/** A value that cannot be taken over, and why. */
export interface ValueProblem {
  readonly path: Path;
  readonly reason: string;
}

/**
 * The inputs and outputs in `tf` by field name: null is absent, UNKNOWN stays, `timeouts` are
 * minutes. A value that valueProblems() tells of stays as it came. Neither `id` nor the versions of
 * secrets are among them.
 */
export function toValues(face: Face, tf: TfObject): Values {
  const values: Record<string, unknown> = valuesOf(fieldAttributes(face), tf);
  const timeouts = minutesOf(face, tf[timeoutsField] ?? null);
  if (timeouts !== undefined) values[timeoutsField] = timeouts;
  return values;
}

/** What in `tf` cannot be taken over: durations that are none, numbers of too many digits. */
export function valueProblems(face: Face, tf: TfObject): readonly ValueProblem[] {
  const numbers = face.attributes.flatMap(({ name, type }) =>
    problemsIn(() => conform(tf[name] ?? null, type, [name]), [name]),
  );
  return [...numbers, ...durationProblems(face, objectOf(tf[timeoutsField]))];
}

/**
 * The object of a thing: every attribute and `timeouts` are there, absent is null. Write-only
 * attributes and the versions of secrets are null: what is written of these is the caller's.
 */
export function toTf(face: Face, id: string, values: Values): TfObject {
  const tf: Record<string, TfValue> = objectFrom(fieldAttributes(face), values);
  for (const { name } of face.attributes) tf[name] ??= null;
  if (timeoutNames(face.model).length > 0) {
    tf[timeoutsField] = durationsOf(face, values[timeoutsField]);
  }
  return { ...tf, id };
}

/** Values of `attributes` in `tf` by field name; null is absent. */
export function valuesOf(attributes: readonly Attribute[], tf: TfObject): Record<string, unknown> {
  const pairs = attributes.map((attribute) => {
    const value = conformed(attribute, tf[attribute.name] ?? null);
    return [attribute.field.name, toField(attribute.field.kind, value)] as const;
  });
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

/** An object with every one of `attributes`, from `values` by field name; absent is null. */
export function objectFrom(
  attributes: readonly Attribute[],
  values: Values,
): Record<string, TfValue> {
  const pairs = attributes.map(({ name, field, writeOnly }) => {
    return [name, writeOnly ? null : fromField(field.kind, values[field.name])] as const;
  });
  return Object.fromEntries(pairs);
}

const ofFields = new WeakMap<Face, readonly Attribute[]>();

/** Attributes that stand for a field of the definition. Found once a face: every call asks. */
function fieldAttributes(face: Face): readonly Attribute[] {
  const known = ofFields.get(face);
  if (known) return known;
  const { attributes, model } = face;
  const fields = new Set([...model.inputs, ...model.outputs].map(({ name }) => name));
  const found = attributes.filter(
    ({ name, field }) => fields.has(field.name) && name === attributeNameOf(field.name),
  );
  ofFields.set(face, found);
  return found;
}

function conformed({ type, name }: Attribute, value: TfValue): TfValue {
  try {
    return conform(value, type, [name]);
  } catch (error) {
    if (error instanceof PathRefusal) return value;
    throw error;
  }
}

function toField(kind: Kind, value: TfValue): unknown {
  if (value === null) return undefined;
  if (kind.type === 'list' && Array.isArray(value)) {
    return value.map((member) => toField(kind.of, member) ?? null);
  }
  if (!isTfObject(value)) return value;
  if (kind.type === 'map') {
    const pairs = Object.entries(value);
    return Object.fromEntries(
      pairs.map(([key, member]) => [key, toField(kind.of, member) ?? null] as const),
    );
  }
  if (kind.type !== 'object') return value;
  const pairs = Object.entries(kind.fields).map(([name, inner]) => {
    return [name, toField(inner, value[attributeNameOf(name)] ?? null)] as const;
  });
  return Object.fromEntries(pairs.filter(([, member]) => member !== undefined));
}

function fromField(kind: Kind, value: unknown): TfValue {
  if (value === undefined || value === null) return null;
  if (value instanceof Unknown) return UNKNOWN;
  if (kind.type === 'list' && Array.isArray(value)) {
    return value.map((member) => fromField(kind.of, member));
  }
  if (typeof value !== 'object') return scalarFrom(value);
  const members = new Map<string, unknown>(Object.entries(value));
  if (kind.type === 'object') {
    const pairs = Object.entries(kind.fields).map(([name, inner]) => {
      return [attributeNameOf(name), fromField(inner, members.get(name))] as const;
    });
    return Object.fromEntries(pairs);
  }
  if (kind.type !== 'map') throw notHeld(typeof value);
  return Object.fromEntries(
    [...members].map(([key, member]) => [key, fromField(kind.of, member)] as const),
  );
}

function scalarFrom(value: unknown): TfValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    default:
      throw notHeld(typeof value);
  }
}

function notHeld(found: string): Error {
  return new Error(`Cannot keep a value of type ${found} in Terraform's state.`);
}

function minutesOf({ model }: Face, timeouts: TfValue): unknown {
  if (timeouts === null || timeouts instanceof Unknown) return timeouts ?? undefined;
  const block = objectOf(timeouts);
  const pairs = timeoutNames(model).map((verb) => {
    const text = block[verb] ?? null;
    const ms = typeof text === 'string' ? durationMs(text) : null;
    return [minutesName(verb), ms === null ? text : ms / 60_000] as const;
  });
  return Object.fromEntries(pairs.filter(([, value]) => value !== null));
}

function durationsOf({ model }: Face, timeouts: unknown): TfValue {
  if (timeouts instanceof Unknown) return UNKNOWN;
  if (typeof timeouts !== 'object' || timeouts === null) return null;
  const members = new Map<string, unknown>(Object.entries(timeouts));
  const pairs = timeoutNames(model).map((verb) => {
    const minutes = members.get(minutesName(verb));
    const kept = typeof minutes === 'number' ? durationText(minutes) : fromField(text, minutes);
    return [verb, kept] as const;
  });
  return Object.fromEntries(pairs);
}

const text: Kind = { type: 'string' };

function durationProblems({ model }: Face, block: TfObject): ValueProblem[] {
  return timeoutNames(model).flatMap((verb) => {
    const found = block[verb] ?? null;
    if (typeof found !== 'string' || durationMs(found) !== null) return [];
    const reason = `timeouts.${verb} cannot be ${JSON.stringify(found)}: expected ${durationForm}`;
    return [{ path: [timeoutsField, verb], reason }];
  });
}

function problemsIn(work: () => unknown, path: Path): ValueProblem[] {
  try {
    work();
    return [];
  } catch (error) {
    const at = error instanceof PathRefusal ? error.path : path;
    return [{ path: at, reason: reasonOf(error) }];
  }
}
