// Lists of things for `terraform query`: what exists, whether or not a program knows it. Invariant:
// a thing is sent as soon as it is found; no more are sent than were asked for; reading ends with
// the reader.
import { eachThing, wholeThings } from '../../lookups/find-things';
import { readScope } from '../../lookups/read-scope';
import type { Session } from '../../reconcile';
import { thing } from '../../reconcile-wording';
import type { Observed } from '../../resources/adapter';
import { once } from '../schema/once';
import {
  filterAttributes,
  filterProblems,
  filtersIn,
  namedLike,
  patternAttributes,
} from '../data-sources/filter-attributes';
import { liveValues } from '../data-sources/one-thing';
import { pluralOf } from '../data-sources/many-things';
import type {
  Diagnostic,
  ListResource_Event,
  ListResource_Request,
  Schema,
  ValidateListResourceConfig_Request,
  ValidateListResourceConfig_Response,
} from '../protocol/generated/tfplugin6';
import type { Call } from '../protocol/methods';
import type { Life } from '../resources/life';
import { toTf } from '../schema/object-values';
import { blockSchema } from '../schema/proto-schema';
import { resourceFaces, type ResourceFace } from '../schema/resource-face';
import { errorDiagnostic, failureDiagnostic, warningDiagnostic } from '../values/diagnostics';
import { decodeValue, encodeValue } from '../values/dynamic-value';
import { objectOf } from '../values/tf-value';

/** A noun's list. */
export interface ListResource {
  readonly typeName: string;
  readonly face: ResourceFace;
  readonly schema: Schema;
}

/** The calls about one list. */
export interface ListMethods {
  validate(
    request: ValidateListResourceConfig_Request,
  ): Promise<ValidateListResourceConfig_Response>;
  list(request: ListResource_Request, call: Call): AsyncIterable<ListResource_Event>;
}

let lists: readonly ListResource[] | null = null;

/** The lists of all nouns. Made once. */
export function listResources(): readonly ListResource[] {
  lists ??= resourceFaces().map((face) => {
    const makeSchema = once(() => schemaOf(face));
    return {
      typeName: face.typeName,
      face,
      get schema() {
        return makeSchema();
      },
    };
  });
  return lists;
}

function schemaOf(face: ResourceFace): Schema {
  return blockSchema({
    version: 0,
    description: `Lists ${subjectOf(face)} that exist, whether or not a program knows them.`,
    attributes: [...filterAttributes(face, 'narrowing'), ...patternAttributes(face)],
  });
}

/** The calls about `list` in the provider's `life`. */
export function listMethods({ face }: ListResource, life: Pick<Life, 'open'>): ListMethods {
  const failure = (error: unknown) => failureDiagnostic(error, `Cannot list ${subjectOf(face)}`);
  return {
    validate: async ({ config }) => {
      try {
        const problems = filterProblems(face, objectOf(decodeValue(config)));
        const summary = `Invalid list of ${subjectOf(face)}`;
        return {
          diagnostics: problems.map(({ path, reason }) =>
            errorDiagnostic({ summary, detail: reason, path }),
          ),
        };
      } catch (error) {
        return { diagnostics: [failure(error)] };
      }
    },
    async *list(request, call) {
      const warnings: Diagnostic[] = [];
      const summary = `About ${subjectOf(face)}`;
      const warn = (detail: string) => void warnings.push(warningDiagnostic({ summary, detail }));
      try {
        const session = await life.open(call, warn);
        yield* events(face, session, request);
      } catch (error) {
        warnings.push(failure(error));
      }
      if (warnings.length > 0) yield event({ diagnostic: warnings });
    },
  };
}

async function* events(
  face: ResourceFace,
  session: Session,
  request: ListResource_Request,
): AsyncIterable<ListResource_Event> {
  const config = objectOf(decodeValue(request.config));
  const scope = readScope(session);
  const sought = { filters: filtersIn(face, config), ...namedLike(config) };
  const { includeResourceObject, limit } = request;
  let sent = 0;
  for await (const found of eachThing(face.adapter, scope, sought)) {
    const [one] = includeResourceObject ? await wholeThings(face.adapter, scope, [found]) : [found];
    if (!one) continue;
    yield event(eventOf(face, one, includeResourceObject));
    sent += 1;
    if (limit > 0 && sent >= limit) return;
  }
}

function eventOf(
  face: ResourceFace,
  one: Observed,
  includesObject: boolean,
): Partial<ListResource_Event> {
  const { id, inputs } = one;
  const name = inputs['name'];
  return {
    identity: { identityData: encodeValue({ id }) },
    displayName: typeof name === 'string' && name !== '' ? name : `${thing(face.model)} ${id}`,
    ...(includesObject
      ? { resourceObject: encodeValue(toTf(face, id, liveValues(face, one))) }
      : {}),
  };
}

function event(given: Partial<ListResource_Event>): ListResource_Event {
  return {
    identity: undefined,
    displayName: '',
    resourceObject: undefined,
    diagnostic: [],
    ...given,
  };
}

function subjectOf({ model }: ResourceFace): string {
  return pluralOf(model.noun).replaceAll('-', ' ');
}
