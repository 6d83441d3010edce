// The provider: every RPC goes to what serves its type. Invariant: it knows no noun; what there is
// comes from the catalogues, and a type that is not there is refused by name.
import type { GetProviderSchema_Response, Schema } from './protocol/generated/tfplugin6';
import type { ProviderMethods } from './protocol/methods';
import { dataSourceMethods, dataSources } from './data-sources/data-sources';
import { callFunction, functionDefinitions, functionSignatures } from './functions/functions';
import { listMethods, listResources } from './list-resources/list-resources';
import { resourceMethods } from './resources/resource-methods';
import { once } from './schema/once';
import { providerSchema } from './schema/provider-schema';
import { resourceFaces } from './schema/resource-face';
import { ProviderSession } from './session/provider-session';
import { decodeValue } from './values/dynamic-value';
import { objectOf } from './values/tf-value';

const serverCapabilities = {
  planDestroy: true,
  getProviderSchemaOptional: true,
  moveResourceState: true,
} as const;

/**
 * The provider with a session of its own. A method may throw: the server answers with a diagnostic
 * made of the error's message.
 */
export function terraformProvider(session = new ProviderSession()): ProviderMethods {
  process.once('exit', () => session.settle());
  return {
    ...schemaMethods(),
    ...sessionMethods(session),
    ...resourceDispatch(session),
    ...dataSourceDispatch(session),
    ...listDispatch(session),
    ...functionMethods(),
  };
}

/** Everything that the provider offers, as GetProviderSchema tells it. */
export function fullSchema(): GetProviderSchema_Response {
  return {
    provider: providerSchema(),
    resourceSchemas: schemasOf(resourceFaces()),
    dataSourceSchemas: schemasOf(dataSources()),
    functions: functionSignatures(),
    listResourceSchemas: schemasOf(listResources()),
    providerMeta: undefined,
    serverCapabilities,
    diagnostics: [],
  };
}

/** The methods whose answers are the same in every process of this program. */
export function schemaMethods() {
  return {
    getMetadata: async () => ({
      serverCapabilities,
      resources: namesOf(resourceFaces()),
      dataSources: namesOf(dataSources()),
      functions: functionDefinitions.map(({ name }) => ({ name })),
      listResources: namesOf(listResources()),
      diagnostics: [],
    }),
    getProviderSchema: async () => fullSchema(),
    getResourceIdentitySchemas: async () => ({
      identitySchemas: Object.fromEntries(
        resourceFaces().map(({ typeName, identitySchema }) => [typeName, identitySchema]),
      ),
      diagnostics: [],
    }),
    getFunctions: async () => ({ functions: functionSignatures(), diagnostics: [] }),
  } satisfies Partial<ProviderMethods>;
}

function sessionMethods(session: ProviderSession) {
  return {
    validateProviderConfig: async ({ config }) => ({
      diagnostics: session.validate(objectOf(decodeValue(config))),
    }),
    configureProvider: async ({ config }, call) => ({
      diagnostics: await session.configure(objectOf(decodeValue(config)), call),
    }),
    stopProvider: async () => {
      session.stop();
      return { error: '' };
    },
  } satisfies Partial<ProviderMethods>;
}

function resourceDispatch(session: ProviderSession) {
  const of = dispatcher('resource', resourceFaces, (face) => resourceMethods(face, session));
  return {
    validateResourceConfig: async (request, call) => of(request.typeName).validate(request, call),
    upgradeResourceState: async (request, call) => of(request.typeName).upgrade(request, call),
    upgradeResourceIdentity: async (request, call) =>
      of(request.typeName).upgradeIdentity(request, call),
    readResource: async (request, call) => of(request.typeName).read(request, call),
    planResourceChange: async (request, call) => of(request.typeName).plan(request, call),
    applyResourceChange: async (request, call) => of(request.typeName).apply(request, call),
    importResourceState: async (request, call) => of(request.typeName).import(request, call),
    moveResourceState: async (request, call) => of(request.targetTypeName).move(request, call),
  } satisfies Partial<ProviderMethods>;
}

function dataSourceDispatch(session: ProviderSession) {
  const of = dispatcher('data source', dataSources, (source) => dataSourceMethods(source, session));
  return {
    validateDataResourceConfig: async (request) => of(request.typeName).validate(request),
    readDataSource: async (request, call) => of(request.typeName).read(request, call),
  } satisfies Partial<ProviderMethods>;
}

function listDispatch(session: ProviderSession) {
  const of = dispatcher('list', listResources, (list) => listMethods(list, session));
  return {
    validateListResourceConfig: async (request) => of(request.typeName).validate(request),
    listResource: (request, call) => of(request.typeName).list(request, call),
  } satisfies Partial<ProviderMethods>;
}

function functionMethods() {
  return {
    callFunction: async (request) => callFunction(request),
  } satisfies Partial<ProviderMethods>;
}

interface Typed {
  readonly typeName: string;
}

/** Finds what serves a type. Throws, naming the type, where nothing does. */
function dispatcher<T extends Typed, M>(
  what: string,
  things: () => readonly T[],
  methodsOf: (one: T) => M,
): (typeName: string) => M {
  const byName = once(
    () => new Map(things().map((one) => [one.typeName, once(() => methodsOf(one))])),
  );
  return (typeName) => {
    const methods = byName().get(typeName);
    if (methods) return methods();
    const known = [...byName().keys()].join(', ');
    throw new Error(`Cannot find the ${what} ${typeName}: this version has ${known}.`);
  };
}

function namesOf(things: readonly Typed[]): { typeName: string }[] {
  return things.map(({ typeName }) => ({ typeName }));
}

function schemasOf(
  things: readonly (Typed & { readonly schema: Schema })[],
): Record<string, Schema> {
  return Object.fromEntries(things.map(({ typeName, schema }) => [typeName, schema]));
}
