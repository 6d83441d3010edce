// What the service has, by noun, in the words of the scenarios: seen and altered through its API as
// any client would. It shares nothing with the code under test but the nouns' names.
import type { Answer, PlainCaller } from './plain-caller';
import { eventually } from './processes';

/** Inputs and outputs of a thing, by field name. */
export type LiveValues = Readonly<Record<string, unknown>>;

type Call = (cloud: PlainCaller, method: string, path: string) => Promise<Answer>;

/** How things of one noun are seen and altered. */
interface LiveNoun {
  readonly call: Call;
  readonly path: string;
  /** Where the API's reply to a list has the things, and to a show the thing. */
  readonly many: string;
  readonly one: string | null;
  /** Names on the wire of fields that are altered and seen as they are. */
  readonly fields: Readonly<Record<string, string>>;
  /** The field that is a map, and where its keys are put. */
  readonly map: string;
  alter(cloud: PlainCaller, id: string, to: LiveValues): Promise<void>;
}

const volume: Call = (cloud, method, path) => cloud.volume(method, path);
const named = { name: 'name', description: 'description', status: 'status' };

/** A noun of the block storage service whose keys and values are altered at a path of their own. */
function blockNoun(
  many: string,
  one: string,
  fields: Readonly<Record<string, string>>,
  map = { field: 'metadata', path: 'metadata' },
): LiveNoun {
  return {
    call: volume,
    path: `/${many === 'volume_types' ? 'types' : many}`,
    many,
    one,
    fields: { ...named, ...fields, [map.field]: map.path },
    map: map.field,
    alter: async (cloud, id, to) => {
      const base = `/${many === 'volume_types' ? 'types' : many}/${id}`;
      const { [map.field]: pairs, ...rest } = to;
      const wire = Object.entries(rest).map(([name, value]) => [fields[name] ?? name, value]);
      if (wire.length > 0) {
        accepted(await cloud.volume('PUT', base, { [one]: Object.fromEntries(wire) }));
      }
      if (pairs === undefined) return;
      accepted(await cloud.volume('POST', `${base}/${map.path}`, { [map.path]: pairs }));
    },
  };
}

const imageFields = {
  name: 'name',
  status: 'status',
  diskFormat: 'disk_format',
  containerFormat: 'container_format',
  minDiskGib: 'min_disk',
  minRamMib: 'min_ram',
  visibility: 'visibility',
  protected: 'protected',
  tags: 'tags',
  contentSha512: 'os_hash_value',
};

const nouns: Readonly<Record<string, LiveNoun>> = {
  'volume-type': blockNoun(
    'volume_types',
    'volume_type',
    { isPublic: 'is_public' },
    { field: 'extraSpecs', path: 'extra_specs' },
  ),
  volume: blockNoun('volumes', 'volume', {
    sizeGib: 'size',
    volumeType: 'volume_type',
    availabilityZone: 'availability_zone',
    snapshotId: 'snapshot_id',
    sourceVolumeId: 'source_volid',
  }),
  snapshot: blockNoun('snapshots', 'snapshot', { volumeId: 'volume_id', sizeGib: 'size' }),
  backup: blockNoun('backups', 'backup', {
    volumeId: 'volume_id',
    snapshotId: 'snapshot_id',
    container: 'container',
    isIncremental: 'is_incremental',
    sizeGib: 'size',
  }),
  image: {
    call: (cloud, method, path) => cloud.image(method, path),
    path: '',
    many: 'images',
    one: null,
    fields: imageFields,
    map: 'properties',
    alter: async (cloud, id, to) => {
      const patch = Object.entries(to).map(([name, value]) => {
        const key = new Map(Object.entries(imageFields)).get(name) ?? name;
        return { op: 'replace', path: `/${key}`, value };
      });
      const headers = { 'content-type': 'application/openstack-images-v2.1-json-patch' };
      const bytes = JSON.stringify(patch);
      accepted(await cloud.call('PATCH', `/image/v2/images/${id}`, { bytes, headers }));
    },
  },
};

/** The nouns that scenarios can look at. */
export const seenNouns: readonly string[] = Object.keys(nouns);

/** One thing that the service has. */
export interface LiveThing {
  readonly noun: string;
  readonly id: string;
  readonly name: string;
}

/** Everything that the service has, of every noun, but what it has from the start. */
export async function everything(cloud: PlainCaller): Promise<LiveThing[]> {
  const lists = Object.entries(nouns).map(async ([noun, { call, path, many }]) => {
    // Without the question, types that are not public stay unseen even to the administrator.
    const all = noun === 'volume-type' ? '?is_public=None' : '';
    const { body } = await call(cloud, 'GET', path + all);
    const things = body[many] as { id: string; name: string | null }[];
    return things.map(({ id, name }) => ({ noun, id, name: name ?? '' }));
  });
  const all = (await Promise.all(lists)).flat();
  return all.filter(({ name }) => name !== '__DEFAULT__');
}

/** A thing as it is now; null where it is gone. */
export async function seen(
  cloud: PlainCaller,
  noun: string,
  id: string,
): Promise<LiveValues | null> {
  const { call, path, one, fields, map } = nounOf(noun);
  const { status, body } = await call(cloud, 'GET', `${path}/${id}`);
  if (status === 404) return null;
  const wire = new Map<string, unknown>(Object.entries(one === null ? body : body[one]));
  const values = Object.entries(fields).map(([name, key]) => [name, wire.get(key)] as const);
  return {
    ...Object.fromEntries(values),
    ...(noun === 'image' ? { [map]: Object.fromEntries(wire) } : {}),
    ...(noun === 'volume' ? { imageId: imageOf(wire) } : {}),
  };
}

/** Alters a thing as another client would. */
export function alter(cloud: PlainCaller, noun: string, id: string, to: LiveValues): Promise<void> {
  return nounOf(noun).alter(cloud, id, to);
}

/** Removes a thing as another client would, and waits until it is gone. */
export async function remove(cloud: PlainCaller, noun: string, id: string): Promise<void> {
  const { call, path } = nounOf(noun);
  accepted(await call(cloud, 'DELETE', `${path}/${id}`));
  await eventually(`${noun} ${id} to be gone`, async () => {
    return (await call(cloud, 'GET', `${path}/${id}`)).status === 404;
  });
}

/** Removes what a story that failed has left: what may lean on another thing goes first. */
export async function removeEverything(cloud: PlainCaller): Promise<void> {
  for (const { noun, id } of (await everything(cloud)).reverse()) await remove(cloud, noun, id);
}

function nounOf(noun: string): LiveNoun {
  const found = nouns[noun];
  if (found) return found;
  throw new Error(`scenarios cannot look at a ${noun}: add it to test/support/scenario-cloud.ts`);
}

function imageOf(wire: ReadonlyMap<string, unknown>): unknown {
  const facts = wire.get('volume_image_metadata');
  if (typeof facts !== 'object' || facts === null) return undefined;
  return new Map(Object.entries(facts)).get('image_id');
}

function accepted({ status, body }: Answer): void {
  if (status >= 200 && status < 300) return;
  throw new Error(`the service answered ${status}: ${JSON.stringify(body)}`);
}
