// The acts of the story, in order, each with what must hold after it. An act returns one line that
// tells what was seen, and throws where something does not hold.
import { becomes } from '../openstack-peer/processes.mjs';
import { nouns } from './cloud-view.mjs';

const deleteTimeoutMs = 120_000;
const kindsByNoun = {
  volumes: 'Volume',
  snapshots: 'Snapshot',
  backups: 'Backup',
  images: 'Image',
  'volume types': 'VolumeType',
};

/** Counts of everything that the project has, as one line. */
export function countLine(all) {
  return nouns.map((noun) => `${noun} ${all[noun].length}`).join(', ');
}

/** All acts between the counts, in order. `story` has cloud, workplace, before, config, signal. */
export const acts = [
  ['preview', preview],
  ['up', up],
  ['up again', upAgain],
  ['drift behind its back', drift],
  ['refresh', refresh],
  ['up repairs', repair],
  ['refresh again', refreshAgain],
  ['destroy', destroy],
];

async function preview(story) {
  await pulumi(story, ['preview', '--diff']);
  const now = await story.cloud.list();
  demand(countLine(now) === countLine(story.before), 'a preview makes nothing', countLine(now));
  return 'nothing was made by it';
}

async function up(story) {
  await pulumi(story, ['up', '--yes', '--skip-preview']);
  const { resources, now } = await look(story);
  demandAllThere(resources, now);
  const image = now.images.find(({ id }) => id === named(resources, 'golden').id);
  const hash = story.workplace.diskHash();
  if (hash !== null && image.os_hash_algo === 'sha512') {
    demand(image.os_hash_value === hash, "the image's bytes are the disk's", image.os_hash_value);
  }
  demandPool(story, resources, now);
  story.first = resources;
  return `${resources.length} resources; ${countLine(grown(story.before, now))} more than before`;
}

async function upAgain(story) {
  await pulumi(story, ['up', '--yes', '--skip-preview', '--expect-no-changes']);
  return 'all unchanged';
}

async function drift(story) {
  const { resources } = await look(story);
  const { id } = named(resources, 'replica');
  await story.cloud.setMetadata(named(resources, 'data').id, { purpose: 'changed by hand' });
  await story.cloud.deleteVolume(id);
  const isGone = async () => !(await story.cloud.list()).volumes.some((one) => one.id === id);
  demand(await becomes(isGone, deleteTimeoutMs), 'the replica is deleted', 'it is still there');
  return "metadata of volume data changed, volume replica deleted with the cloud's API";
}

async function refresh(story) {
  await pulumi(story, ['refresh', '--yes', '--skip-preview']);
  const { resources } = await look(story);
  const names = resources.map(({ name }) => name);
  demand(!names.includes('replica'), 'the state has no replica', names.join(', '));
  const { purpose } = named(resources, 'data').inputs.metadata ?? {};
  demand(purpose === 'changed by hand', 'the state has the live metadata', purpose);
  return 'the state shows both';
}

async function repair(story) {
  await pulumi(story, ['up', '--yes', '--skip-preview']);
  const { resources, now } = await look(story);
  demandAllThere(resources, now);
  const data = now.volumes.find(({ id }) => id === named(resources, 'data').id);
  demand(data.metadata.purpose === 'records', 'metadata is as declared', data.metadata.purpose);
  const idOf = (name) => resources.find((one) => one.name === name)?.id;
  const others = story.first.filter(({ name }) => name !== 'replica');
  const altered = others.filter(({ name, id }) => idOf(name) !== id).map(({ name }) => name);
  demand(altered.length === 0, 'no other id has changed', `another id for ${altered.join(', ')}`);
  demand(idOf('replica') !== undefined, 'the replica is there again', 'it is not');
  return 'metadata set back, replica made anew; no other id has changed';
}

async function refreshAgain(story) {
  await pulumi(story, ['refresh', '--yes', '--skip-preview', '--expect-no-changes']);
  return 'nothing differs';
}

async function destroy(story) {
  await pulumi(story, ['destroy', '--yes', '--skip-preview']);
  const { resources } = await look(story);
  demand(resources.length === 0, 'the state is empty', `${resources.length} resources`);
  return 'the state is empty';
}

/** Runs the CLI; throws with what it printed where it fails. */
export async function pulumi({ workplace, signal }, args, options = {}) {
  signal.throwIfAborted();
  const result = await workplace.pulumi(args, { signal, ...options });
  signal.throwIfAborted();
  if (result.code === 0) return result.output;
  const shown = result.output.trimEnd().split('\n').slice(-60).join('\n  | ');
  throw new Error(`pulumi ${args[0]} ended with exit code ${result.code}:\n  | ${shown}`);
}

async function look(story) {
  const resources = await story.workplace.resources();
  // What was ever in the state is remembered: it must be gone in the end.
  for (const { id, outputs } of resources) story.made.set(id, outputs?.name ?? id);
  return { resources, now: await story.cloud.list() };
}

function named(resources, name) {
  const found = resources.find((one) => one.name === name);
  demand(found !== undefined, `the state has ${name}`, resources.map((one) => one.name).join(', '));
  return found;
}

function demandAllThere(resources, now) {
  for (const [noun, kind] of Object.entries(kindsByNoun)) {
    for (const { name, id } of resources.filter((one) => one.kind === kind)) {
      const live = now[noun].find((one) => one.id === id);
      demand(live !== undefined, `the cloud has ${name}`, `none of its ${noun} has id ${id}`);
      const fine = ['available', 'active', undefined].includes(live.status);
      demand(fine, `${name} is complete`, live.status);
    }
  }
}

// Only an administrator is shown where a volume lies.
function demandPool({ config }, resources, now) {
  const wanted = JSON.parse(config.extraSpecs ?? '{}').volume_backend_name;
  const { id } = named(resources, 'data');
  const host = now.volumes.find((one) => one.id === id)['os-vol-host-attr:host'];
  if (wanted === undefined || host === undefined) return;
  demand(host.includes(`@${wanted}`), `the volumes lie in ${wanted}, as the type says`, host);
}

function grown(before, now) {
  const isNew = (noun) => (one) => !before[noun].some(({ id }) => id === one.id);
  return Object.fromEntries(nouns.map((noun) => [noun, now[noun].filter(isNew(noun))]));
}

/** Throws, with both, where something does not hold. */
export function demand(holds, expected, found) {
  if (!holds) throw new Error(`expected: ${expected}; found: ${found}`);
}

/** Things that this story made and that are still there; `others` appeared meanwhile, by others. */
export function leftovers({ before, made, ownCloud }, now) {
  const left = [];
  const others = [];
  // Names that Pulumi made for the program's resources, also for one that never came into the
  // state.
  const pattern = /^(fast|golden|sealed|system|data|monday|replica|saved|web-[12])-[0-9a-f]{7}$/;
  for (const [noun, things] of Object.entries(grown(before, now))) {
    for (const { id, name } of things) {
      const isOurs = ownCloud || made.has(id) || pattern.test(name ?? '');
      (isOurs ? left : others).push(`${noun}: ${name ?? ''} (${id})`);
    }
  }
  return { left, others };
}
