// The data source of one thing: by its id, or the only one that is as asked. Invariant: it is never
// a guess: where none or several are as asked, the refusal says how many and how to narrow.
import { isFault } from '../../../schema/kernel/fault';
import {
  findThings,
  isLike,
  newestFirst,
  tallyThings,
  wholeThings,
} from '../../lookups/find-things';
import { readScope } from '../../lookups/read-scope';
import type { Session } from '../../reconcile';
import { ownsNothing } from '../../reconcile-compare';
import { stateOf } from '../../reconcile-state';
import { thing } from '../../reconcile-wording';
import type { Observed, Scope, Values } from '../../resources/adapter';
import type { Attribute } from '../schema/attribute';
import { optionalComputed } from '../schema/attribute';
import { objectFrom } from '../schema/object-values';
import { once } from '../schema/once';
import { idAttribute, type ResourceFace } from '../schema/resource-face';
import { PathRefusal } from '../values/diagnostics';
import type { TfObject } from '../values/tf-value';
import type { DataSource } from './data-source';
import { dataSource, withWritten } from './data-source';
import {
  filterAttributes,
  filterProblems,
  filtersIn,
  mostRecent,
  namedLike,
  patternAttributes,
  recencyAttributes,
} from './filter-attributes';
import { noneFound, notAsAsked, severalFound } from './found-wording';

/** The data source of one thing of a noun: `cinderkit_volume`. */
export function oneThing(face: ResourceFace): DataSource {
  const subject = thing(face.model);
  const makeAttributes = once(() => attributesOf(face));
  return dataSource({
    typeName: face.typeName,
    subject,
    description: `Looks up one ${subject}: by its id, or the only one that is as asked.`,
    makeAttributes,
    problems: (config) => [...idProblems(config, subject), ...filterProblems(face, config)],
    read: (session, config) => readOne(face, session, { config, attributes: makeAttributes() }),
  });
}

function attributesOf(face: ResourceFace): Attribute[] {
  const id = {
    ...idAttribute(face.model),
    ...optionalComputed,
    description: `Id of the ${thing(face.model)}; other filters may be left out then.`,
  };
  const newest =
    'Whether the newest is taken where several are as asked; otherwise they are refused.';
  return [
    id,
    ...filterAttributes(face, 'told'),
    ...patternAttributes(face),
    ...recencyAttributes(face, newest),
  ];
}

/** Live values of a thing for attributes of any block. */
export function liveValues({ model }: ResourceFace, observed: Observed): Values {
  return stateOf(model, { observed, written: {}, owned: ownsNothing }).values;
}

async function readOne(
  face: ResourceFace,
  session: Session,
  block: { readonly config: TfObject; readonly attributes: readonly Attribute[] },
): Promise<TfObject> {
  const { config, attributes } = block;
  const scope = readScope(session);
  const id = config['id'];
  const found =
    typeof id === 'string'
      ? await byId(face, scope, { id, config })
      : await onlyOne(face, scope, config);
  const live = { ...objectFrom(attributes, liveValues(face, found)), id: found.id };
  return withWritten(attributes, live, config);
}

async function byId(
  face: ResourceFace,
  scope: Scope,
  asked: { readonly id: string; readonly config: TfObject },
): Promise<Observed> {
  const { id, config } = asked;
  const observed = await shownOrNull(face, scope, id);
  if (!observed) {
    throw new PathRefusal(
      ['id'],
      `There is no ${thing(face.model)} with the id ${id} that these credentials can see. ` +
        'Look at the id, the project and the region.',
    );
  }
  const sought = { filters: filtersIn(face, config), ...namedLike(config) };
  if (!isLike(observed, sought)) throw notAsAsked(face, observed, sought);
  return observed;
}

/** A service may refuse as malformed what is no id of its own. */
async function shownOrNull(face: ResourceFace, scope: Scope, id: string): Promise<Observed | null> {
  try {
    return await face.adapter.observe(scope, id);
  } catch (error) {
    if (isFault(error) && error.http === 400) return null;
    throw error;
  }
}

async function onlyOne(face: ResourceFace, scope: Scope, config: TfObject): Promise<Observed> {
  const { adapter } = face;
  const sought = { filters: filtersIn(face, config), ...namedLike(config) };
  const found = await findThings(adapter, scope, sought);
  const takesNewest = config[mostRecent] === true;
  const [first, second] = takesNewest ? newestFirst(found) : found;
  if (!first) throw noneFound(face, { sought, tally: await tallyThings(adapter, scope, sought) });
  if (second && !takesNewest) throw severalFound(face, found);
  const [whole] = await wholeThings(adapter, scope, [first]);
  if (whole) return whole;
  throw new PathRefusal([], `${thing(face.model)} ${first.id} has gone while it was read.`);
}

function idProblems(config: TfObject, subject: string) {
  if (config['id'] !== '') return [];
  const reason = `id cannot be empty: give the id of a ${subject}, or leave it out.`;
  return [{ path: ['id'], reason }];
}
