// Letting go of qcow2 things and taking them over. What was let go of keeps its layer under a name
// in the folder of unmanaged things; what people put there is an image file, which is converted
// into a layer of our own, since theirs may be compressed or lie over another file. Invariant: a
// name goes only once the one that takes its place is durable.
import { removeIfThere } from '../host/files';
import { assertSafeImage, inspectImage } from '../host/inspect-image';
import { messageOf } from '../host/error-facts';
import { growQcow2 } from '../host/qemu-img';
import type { CallOptions, Managed, Unmanaged, UnmanagedThings } from './driver';
import { classified, describe, DriverError } from './driver-error';
import { convertImage, convertOptions } from './pool';
import type { Qcow2Layers } from './qcow2-layers';
import { looseName, type Qcow2Refs } from './qcow2-refs';
import { gibBytes, toBytes } from './sizes';
import { declaredFormat, kindOf } from './unmanaged-files';
import type { UnmanagedFile, UnmanagedFiles, UnmanagedKind } from './unmanaged-files';

/** What the driver lends to this file: its names, layers, folder, and its queue. */
export interface Qcow2Store {
  readonly refs: Qcow2Refs;
  readonly layers: Qcow2Layers;
  readonly files: UnmanagedFiles;
  alone<T>(work: () => Promise<T>): Promise<T>;
}

const refExtension = '.json';

/** The calls of a qcow2 pool. */
export function qcow2Unmanaged(store: Qcow2Store): UnmanagedThings {
  return {
    list: () => classified('cannot list what is unmanaged', () => list(store)),
    adopt: (as, name, options) =>
      classified(`cannot take over ${name}`, () => adopt(store, as, { name, options })),
    letGo: (thing, name) =>
      classified(`cannot let go of ${describe(thing)}`, () => letGo(store, thing, name)),
  };
}

async function list(store: Qcow2Store): Promise<Unmanaged[]> {
  const { refs, layers, files } = store;
  const found: Unmanaged[] = [];
  for (const kind of ['volume', 'snapshot'] as const) {
    const loose = refs.looseNames(kind);
    const ours: Unmanaged[] = [];
    for (const name of loose) {
      const layer = refs.find(looseName(kind, name));
      if (layer === undefined) continue;
      ours.push({ kind, name, sizeBytes: (await layers.facts(layer)).sizeBytes, problem: null });
    }
    for (const file of await files.list(kind)) {
      const isRef = file.name.endsWith(refExtension);
      if (isRef && loose.includes(file.name.slice(0, -refExtension.length))) continue;
      ours.push(await imageAt(kind, file));
    }
    found.push(...ours.sort((a, b) => (a.name < b.name ? -1 : 1)));
  }
  return found;
}

/** Gives a thing the layer or image of this name. Repeatable. */
async function adopt(
  store: Qcow2Store,
  as: Managed,
  given: { readonly name: string; readonly options: CallOptions | undefined },
): Promise<{ readonly sizeGib: number }> {
  const { refs, layers, files, alone } = store;
  const kind = kindOf(as);
  const loose = looseName(kind, given.name);
  if (refs.find(as) === undefined) {
    const known = refs.find(loose);
    if (known !== undefined) await alone(() => refs.set(as, known));
    else await convertIn(store, as, given);
  }
  return alone(async () => {
    const layer = refs.find(as) ?? '';
    if ((await refs.remove(loose)) === undefined) {
      await removeIfThere(files.path(kind, given.name));
    }
    return { sizeGib: Math.ceil((await layers.facts(layer)).sizeBytes / gibBytes) };
  });
}

async function convertIn(
  store: Qcow2Store,
  as: Managed,
  given: { readonly name: string; readonly options: CallOptions | undefined },
): Promise<void> {
  const kind = kindOf(as);
  const file = await store.files.find(kind, given.name);
  if (file === null) {
    throw new DriverError('missing', `no ${kind} named ${given.name} lies in the pool unmanaged`);
  }
  const { sizeBytes, problem } = await imageAt(kind, file);
  const format = declaredFormat(file.name);
  if (problem !== null || format === null) {
    throw new DriverError('refused', `cannot take over the ${kind} ${file.name}: ${problem}`);
  }
  const wholeBytes = toBytes(Math.ceil(sizeBytes / gibBytes));
  const steps = convertOptions(sizeBytes, given.options);
  // Outside the queue, since it may take minutes; nothing names the layer until it is whole.
  const { layer, unpin } = await store.layers.addFilled(async (half) => {
    await convertImage({ path: file.path, format }, { path: half, format: 'qcow2' }, steps);
    if (sizeBytes < wholeBytes) await growQcow2(half, wholeBytes);
  });
  await store.alone(() => store.refs.set(as, layer)).finally(unpin);
}

/** Leaves a thing's layer under a name of its own. Repeatable. */
function letGo(store: Qcow2Store, thing: Managed, name: string): Promise<void> {
  const { refs, files, alone } = store;
  const kind = kindOf(thing);
  const loose = looseName(kind, name);
  return alone(async () => {
    const layer = refs.find(thing);
    const taken = refs.find(loose);
    if (layer === undefined) {
      if (taken !== undefined) return;
      throw new DriverError('missing', `the ${kind} to be named ${name} is not there`);
    }
    const isOthers = taken !== undefined && taken !== layer;
    if (isOthers || (await files.find(kind, name)) !== null) {
      throw new DriverError(
        'refused',
        `cannot let go of a ${kind} as ${name}: another one has that name; move it away first`,
      );
    }
    await refs.set(loose, layer);
    await refs.remove(thing);
  });
}

async function imageAt(kind: UnmanagedKind, file: UnmanagedFile): Promise<Unmanaged> {
  const { name, fileBytes } = file;
  const refused = (problem: string, sizeBytes = fileBytes): Unmanaged => ({
    kind,
    name,
    sizeBytes,
    problem,
  });
  if (file.problem !== null) return refused(file.problem);
  const declared = declaredFormat(name);
  if (declared === null) {
    return refused('its name does not tell its format: let it end in .qcow2 or .raw');
  }
  const inspection = await inspectImage(file.path);
  try {
    assertSafeImage(declared, inspection);
  } catch (error) {
    return refused(messageOf(error), inspection.virtualSizeBytes);
  }
  return { kind, name, sizeBytes: inspection.virtualSizeBytes, problem: null };
}
