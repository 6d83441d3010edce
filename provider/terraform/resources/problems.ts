// What is wrong, as Terraform shows it: a diagnostic with the path of the attribute to blame.
// Invariant: one sentence in Terraform's words; the path never points at what is not there.
import type { Kind } from '../../../schema/kernel/describe';
import { aThing, thing } from '../../reconcile-wording';
import type { Failure } from '../../resources/adapter';
import { reasonOf } from '../../resources/refusal';
import type { Diagnostic } from '../protocol/generated/tfplugin6';
import type { Attribute, ResourceFace } from '../schema/resource-face';
import type { Path } from '../values/attribute-path';
import { errorDiagnostic, PathRefusal, warningDiagnostic } from '../values/diagnostics';
import { wordsOf } from './words';

/** What a call was to do, as the summary of its failure tells it. */
export type Verb = 'create' | 'read' | 'update' | 'remove' | 'import' | 'plan' | 'move';

/** The refusals of values, each once, at their attributes. */
export function refusals(face: ResourceFace, failures: readonly Failure[]): Diagnostic[] {
  const words = wordsOf(face);
  const told = new Map(failures.map((failure) => [JSON.stringify(failure), failure]));
  return [...told.values()].map(({ property, reason }) =>
    refusal(face, { path: pathOfProperty(face, property), reason: words(reason) }),
  );
}

/** The refusal of one value; `reason` is in Terraform's words. */
export function refusal(
  face: ResourceFace,
  { path, reason }: { readonly path: Path; readonly reason: string },
): Diagnostic {
  const detail = sentence(begun(face, reason));
  // Terraform quotes the line of the attribute to blame, and a secret may stand on it in clear.
  const isSecret = face.attributes.some(({ name, sensitive }) => sensitive && name === path[0]);
  const place = isSecret ? {} : { path };
  return errorDiagnostic({ summary: `Invalid ${thing(face.model)}`, detail, ...place });
}

/** A call that failed. */
export function failed(face: ResourceFace, verb: Verb, error: unknown): Diagnostic {
  return errorDiagnostic({
    summary: `Cannot ${verb} ${thing(face.model)}`,
    detail: sentence(begun(face, wordsOf(face)(reasonOf(error)))),
    ...(error instanceof PathRefusal ? { path: error.path } : {}),
  });
}

/** Something that the user should know and that is no failure; `summary` says in short what. */
export function warned(
  face: ResourceFace,
  text: string,
  told: { readonly summary?: string; readonly property?: string } = {},
): Diagnostic {
  const { summary = `Note on ${aThing(face.model)}`, property } = told;
  return warningDiagnostic({
    summary,
    detail: sentence(begun(face, wordsOf(face)(text))),
    ...(property === undefined ? {} : { path: pathOfProperty(face, property) }),
  });
}

/** Where `property` of the inputs (`metadata.key`, `timeouts.createMinutes`) is in Terraform. */
export function pathOfProperty(face: ResourceFace, property: string): Path {
  const [name, rest] = split(property);
  if (name === 'timeouts') {
    return rest === null ? [name] : [name, rest.replace(/Minutes$/, '')];
  }
  const attribute = face.attributes.find(({ field }) => field.name === name);
  if (!attribute) return [];
  return [attribute.name, ...stepsWithin(attribute, attribute.field.kind, rest)];
}

/** Sets have no places: a path into one ends at the set. */
function stepsWithin(attribute: Attribute, kind: Kind, rest: string | null): Path {
  if (rest === null) return [];
  const [first, more] = split(rest);
  if (kind.type === 'map' && kind.of.type === 'object') {
    return [{ key: first }, ...memberSteps(attribute, kind.of, more)];
  }
  if (kind.type === 'map') return [{ key: rest }];
  if (!attribute.nested) return [];
  if (kind.type === 'list' && kind.of.type === 'object') {
    return [Number(first), ...memberSteps(attribute, kind.of, more)];
  }
  return memberSteps(attribute, kind, rest);
}

function memberSteps(attribute: Attribute, kind: Kind, rest: string | null): Path {
  if (rest === null || kind.type !== 'object') return [];
  const [name, more] = split(rest);
  const member = attribute.nested?.attributes.find(({ field }) => field.name === name);
  if (!member) return [];
  return [member.name, ...stepsWithin(member, member.field.kind, more)];
}

function split(property: string): readonly [string, string | null] {
  const at = property.indexOf('.');
  return at < 0 ? [property, null] : [property.slice(0, at), property.slice(at + 1)];
}

/** Names of attributes keep their first letter also where a sentence begins with them. */
function begun({ attributes }: ResourceFace, text: string): string {
  const [first = ''] = /^\w*/.exec(text) ?? [];
  const isName = first === 'timeouts' || attributes.some(({ name }) => name === first);
  return isName ? text : titled(text);
}

function titled(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
