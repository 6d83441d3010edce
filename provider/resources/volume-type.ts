// Volume types for all tools. Invariant: extra specs are altered key by key, so that a type is
// never without the specs by which the scheduler places volumes.
import type { z } from 'zod';
import { describeResource } from '../../schema/kernel/describe';
import { isFault } from '../../schema/kernel/fault';
import { volumeType } from '../../schema/resources/volume-type';
import { extraSpecRoutes, typeRoutes, type typeView } from '../../schema/wire/volume-types';
import { volumeRoutes } from '../../schema/wire/volumes';
import { pollDelays } from '../client/poll-delays';
import { pause } from '../client/retry';
import type { Adapter, Aspect, Observed, Scope, Values } from './adapter';
import { firstUnclaimed } from './adapter';
import { narrowedPages } from './narrowed-pages';
import { Refusal } from './refusal';
import { mapAspect } from './shared-aspects';
import { mapOf, markerKey, orNull, present, stringOf, textOf, withoutMarker } from './wire-values';

type View = z.output<typeof typeView>;

/** Volume types for all tools. */
export const volumeTypeAdapter: Adapter = {
  model: describeResource(volumeType),
  determining: [],
  unique: ['name'],
  defaults: async ({ news }) => ({
    values: { isPublic: news['isPublic'] ?? true },
    failures: [],
  }),
  observe: async (scope, id) => {
    const request = { params: { id }, signal: scope.signal };
    const reply = await orNull(() => scope.connection.call(typeRoutes.showType, request));
    return reply ? typeAsObserved(reply.body.volume_type) : null;
  },
  find: async (scope, marker) => (await typesWith(scope, marker)).map(typeAsObserved),
  create: async (scope, inputs, marker) => {
    const reply = await scope.connection.call(typeRoutes.createType, {
      body: { volume_type: wireType(inputs, marker) },
      signal: scope.signal,
      findExisting: async () => {
        const found = firstUnclaimed(scope, await typesWith(scope, marker));
        return found ? { volume_type: found } : null;
      },
    });
    return reply.body.volume_type.id;
  },
  settle: async (_scope, observed) => observed,
  unmark: async ({ connection, signal }, observed) => {
    const request = { params: { id: observed.id, key: markerKey }, signal };
    try {
      await orNull(() => connection.call(extraSpecRoutes.removeExtraSpec, request));
    } catch (error) {
      // Specs of a type that volumes have cannot be altered: the mark stays, and harms nothing.
      if (!isFault(error) || error.http !== 400) throw error;
    }
  },
  aspects: [
    alterAspect(),
    mapAspect('extraSpecs', {
      add: extraSpecRoutes.addExtraSpecs,
      remove: extraSpecRoutes.removeExtraSpec,
      wrapper: 'extra_specs',
    }),
  ],
  remove: removeType,
  list: listTypes,
};

function typeAsObserved(view: View): Observed {
  const specs = view.extra_specs;
  const texts = Object.entries(specs ?? {}).map(([key, value]) => [key, value ?? ''] as const);
  return {
    id: view.id,
    status: 'available',
    marker: specs?.[markerKey] ?? null,
    inputs: {
      name: view.name,
      description: view.description ?? '',
      isPublic: view.is_public,
      // Only administrators are shown all extra specs; none shown is not the same as none there.
      extraSpecs: specs && withoutMarker(Object.fromEntries(texts)),
    },
    outputs: { qosSpecsId: textOf(view.qos_specs_id) },
  };
}

async function* listTypes(scope: Scope): AsyncIterable<Observed> {
  // `None` shows an administrator private types as well; others see what is theirs all the same.
  const list = { route: typeRoutes.listTypes, query: { is_public: 'None' }, hints: {} };
  for await (const page of narrowedPages(scope, list)) {
    for (const view of page.volume_types) yield typeAsObserved(view);
  }
}

async function typesWith(scope: Scope, marker: string): Promise<View[]> {
  const found: View[] = [];
  const request = { query: { is_public: 'None' }, signal: scope.signal };
  for await (const page of scope.connection.pages(typeRoutes.listTypes, request)) {
    found.push(...page.volume_types.filter((view) => view.extra_specs?.[markerKey] === marker));
  }
  return found;
}

function wireType(inputs: Values, marker: string) {
  return present({
    name: stringOf(inputs['name']),
    description: stringOf(inputs['description']),
    'os-volume-type-access:is_public': inputs['isPublic'] !== false,
    extra_specs: { ...mapOf(inputs['extraSpecs']), [markerKey]: marker },
  });
}

function alterAspect(): Aspect {
  return {
    fields: ['name', 'description', 'isPublic'],
    apply: async ({ connection, signal }, { observed, desired, fields }) => {
      const altered = present({
        name: fields.includes('name') ? stringOf(desired['name']) : undefined,
        description: fields.includes('description')
          ? (stringOf(desired['description']) ?? '')
          : undefined,
        is_public: fields.includes('isPublic') ? desired['isPublic'] : undefined,
      });
      const request = { params: { id: observed.id }, body: { volume_type: altered }, signal };
      await connection.call(typeRoutes.updateType, request);
    },
  };
}

/** How long volumes that nobody can see (those of removed images) may still hold the type. */
const unseenUsersMs = 60_000;

async function removeType(scope: Scope, observed: Observed): Promise<void> {
  const request = { params: { id: observed.id }, signal: scope.signal };
  const startedAtMs = Date.now();
  for (const delayMs of pollDelays()) {
    try {
      await orNull(() => scope.connection.call(typeRoutes.deleteType, request));
      return;
    } catch (error) {
      if (!isFault(error) || error.http !== 400 || Date.now() >= scope.deadlineMs) throw error;
      const users = await usersOf(scope, String(observed.inputs['name']));
      const isUnseen = users.length === 0;
      refuseUsers(observed, users);
      if (isUnseen && Date.now() - startedAtMs > unseenUsersMs) throw error;
    }
    await pause(delayMs, scope.signal);
  }
}

async function usersOf(scope: Scope, name: string) {
  const users = [];
  const request = { query: { all_tenants: '1' }, signal: scope.signal };
  for await (const page of scope.connection.pages(volumeRoutes.listVolumesDetail, request)) {
    users.push(...page.volumes.filter((view) => view.volume_type === name));
  }
  return users;
}

/** Throws where volumes of the type are there to stay, and names them. */
function refuseUsers(observed: Observed, users: Awaited<ReturnType<typeof usersOf>>): void {
  const staying = users.filter((view) => view.status !== 'deleting');
  if (staying.length === 0) return;
  const names = staying.map((view) => `${view.name ?? 'unnamed'} (${view.id})`);
  throw new Refusal(
    `Cannot remove volume type ${String(observed.inputs['name'])} (${observed.id}): ` +
      `${staying.length} volume(s) have it: ${names.slice(0, 5).join(', ')}. ` +
      'Remove them or give them another type first.',
  );
}
