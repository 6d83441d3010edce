// The data source of all things that are as asked. Invariant: none found is an empty list and no
// failure; the order is the same at every reading while the things are the same.
import { findThings, newestFirst, wholeThings } from '../../lookups/find-things';
import { readScope } from '../../lookups/read-scope';
import type { Session } from '../../reconcile';
import type { Observed } from '../../resources/adapter';
import type { Attribute } from '../schema/attribute';
import { computed, optional } from '../schema/attribute';
import { typeNameOf } from '../schema/names';
import { objectFrom } from '../schema/object-values';
import { once } from '../schema/once';
import { ownAttribute } from '../schema/own-attribute';
import type { ResourceFace } from '../schema/resource-face';
import { conform } from '../values/conform';
import type { TfObject } from '../values/tf-value';
import { isUnknown } from '../values/tf-value';
import type { BlockProblem, DataSource } from './data-source';
import { dataSource, withWritten } from './data-source';
import {
  filterAttributes,
  filterProblems,
  filtersIn,
  mostRecent,
  namedLike,
  patternAttributes,
  recencyAttributes,
  toldAttributes,
} from './filter-attributes';
import { liveValues } from './one-thing';

/** Name of the bound of a list. */
const limit = 'limit';

/** The plural of a noun: `volume-types`. */
export function pluralOf(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

/** The data source of all things of a noun that are as asked: `cinderkit_volumes`. */
export function manyThings(face: ResourceFace): DataSource {
  const plural = pluralOf(face.model.noun);
  const subject = plural.replaceAll('-', ' ');
  const makeAttributes = once(() => attributesOf(face, plural));
  return dataSource({
    typeName: typeNameOf(plural),
    subject,
    description:
      `Looks up all ${subject} that are as asked; all that these credentials can see where ` +
      'nothing is asked.',
    makeAttributes,
    problems: (config) => [...filterProblems(face, config), ...limitProblems(config)],
    read: (session, config) => readMany(face, session, { config, attributes: makeAttributes() }),
  });
}

function attributesOf(face: ResourceFace, plural: string): Attribute[] {
  const subject = plural.replaceAll('-', ' ');
  return [
    ...filterAttributes(face, 'narrowing'),
    ...patternAttributes(face),
    ...recencyAttributes(face, 'Whether the newest come first; otherwise the oldest do.'),
    limitAttribute(subject),
    idsAttribute(subject),
    thingsAttribute(face, plural),
  ];
}

function limitAttribute(subject: string): Attribute {
  return ownAttribute({
    name: limit,
    kind: { type: 'integer' },
    setting: optional,
    description: `At most so many ${subject}, from the start of the list.`,
  });
}

function idsAttribute(subject: string): Attribute {
  const kind = { type: 'list', of: { type: 'string' } } as const;
  const description = `Ids of the ${subject}, in their order.`;
  const attribute = ownAttribute({ name: 'ids', kind, setting: computed, description });
  // Ids are in the same order as the things, which a set would lose.
  return { ...attribute, type: ['list', 'string'] };
}

function thingsAttribute(face: ResourceFace, plural: string): Attribute {
  const attributes = toldAttributes(face);
  const name = plural.replaceAll('-', '_');
  const kind = { type: 'list', of: { type: 'object', fields: {} } } as const;
  const description = `The ${plural.replaceAll('-', ' ')} themselves.`;
  const own = ownAttribute({ name, kind, setting: computed, description });
  const members = attributes.map((attribute) => [attribute.name, attribute.type] as const);
  return {
    ...own,
    type: ['list', ['object', Object.fromEntries(members)]],
    nested: { mode: 'list', attributes },
  };
}

async function readMany(
  face: ResourceFace,
  session: Session,
  block: { readonly config: TfObject; readonly attributes: readonly Attribute[] },
): Promise<TfObject> {
  const { config, attributes } = block;
  const scope = readScope(session);
  const sought = { filters: filtersIn(face, config), ...namedLike(config) };
  const found = inOrder(await findThings(face.adapter, scope, sought), config);
  const most = conform(config[limit] ?? null, 'number', [limit]);
  const taken = typeof most === 'number' ? found.slice(0, most) : found;
  const whole = await wholeThings(face.adapter, scope, taken);
  const members = toldAttributes(face);
  const things = whole.map((one) => ({
    ...objectFrom(members, liveValues(face, one)),
    id: one.id,
  }));
  const live = {
    ids: whole.map(({ id }) => id),
    [pluralOf(face.model.noun).replaceAll('-', '_')]: things,
  };
  return withWritten(attributes, live, config);
}

/** Newest or oldest first; things of one moment, and those without, by name and id. */
function inOrder(found: readonly Observed[], config: TfObject): readonly Observed[] {
  const keyOf = ({ id, inputs }: Observed) => `${String(inputs['name'] ?? '')}\u0000${id}`;
  const sorted = [...found].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  if (config[mostRecent] === true) return newestFirst(sorted);
  return [...newestFirst(sorted.reverse())].reverse();
}

function limitProblems(config: TfObject): BlockProblem[] {
  const written = config[limit] ?? null;
  if (written === null || isUnknown(written)) return [];
  if (typeof written === 'number' && Number.isInteger(written) && written >= 1) return [];
  const reason = `limit cannot be ${String(written)}: expected a whole number of at least 1.`;
  return [{ path: [limit], reason }];
}
