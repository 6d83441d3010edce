// Which chunks of a volume a backup has to look at. Invariant: a chunk is read only where the
// source says there is data and, for an increment, where it says something may have changed;
// every other chunk is either the parent's or zeroes. Pure.
import {
  alignExtents,
  clipExtents,
  extentBytes,
  intersectExtents,
  type Extent,
} from '../host/extents';
import { chunkBytes } from './chunk-format';
import type { ChunkList } from './chunk-list';

/**
 * One chunk's work: read these pieces (all else in it is zeroes), or take over the parent's hash.
 */
export type ChunkTask =
  | { readonly kind: 'read'; readonly index: number; readonly pieces: readonly Extent[] }
  | { readonly kind: 'inherit'; readonly index: number; readonly hash: Buffer };

/**
 * What an increment starts from: the parent's chunks, and where the source may differ from them.
 */
export interface PlanParent {
  readonly sizeBytes: number;
  readonly chunks: ChunkList;
  readonly changed: readonly Extent[];
}

/**
 * Tasks in rising order of `index`, made as they are taken; `readBytes` is what they read in all.
 */
export interface ChunkPlan {
  readonly readBytes: number;
  readonly tasks: Iterable<ChunkTask>;
}

/** Plans a backup of `sizeBytes` whose data lies in `data`; with a parent, an increment. */
export function planChunks(
  sizeBytes: number,
  data: readonly Extent[],
  parent: PlanParent | null,
): ChunkPlan {
  if (parent === null) {
    const extents = clipExtents(data, sizeBytes);
    return { readBytes: extentBytes(extents), tasks: readTasks(extents) };
  }
  const touched = touchedExtents(sizeBytes, parent);
  const extents = intersectExtents(data, touched);
  return {
    readBytes: extentBytes(extents),
    tasks: inOrder(readTasks(extents), inheritTasks(parent.chunks, touched, sizeBytes)),
  };
}

/** Whole chunks that may differ from the parent's, those that growing or shrinking cut included. */
function touchedExtents(sizeBytes: number, parent: PlanParent): Extent[] {
  const kept = Math.min(sizeBytes, parent.sizeBytes);
  const resized =
    parent.sizeBytes === sizeBytes ? [] : [{ offset: kept, length: sizeBytes - kept }];
  // The chunk that the smaller size cuts has another length now, even if no byte of it changed.
  if (parent.sizeBytes !== sizeBytes && kept % chunkBytes !== 0) {
    resized.push({ offset: kept - (kept % chunkBytes), length: kept % chunkBytes });
  }
  return clipExtents(alignExtents([...parent.changed, ...resized], chunkBytes), sizeBytes);
}

function* readTasks(extents: Iterable<Extent>): Generator<ChunkTask> {
  let index = -1;
  let pieces: Extent[] = [];
  for (const { offset, length } of extents) {
    const end = offset + length;
    for (let at = offset; at < end;) {
      const here = Math.floor(at / chunkBytes);
      const until = Math.min(end, (here + 1) * chunkBytes);
      if (here !== index) {
        if (pieces.length > 0) yield { kind: 'read', index, pieces };
        index = here;
        pieces = [];
      }
      pieces.push({ offset: at, length: until - at });
      at = until;
    }
  }
  if (pieces.length > 0) yield { kind: 'read', index, pieces };
}

function* inheritTasks(
  chunks: ChunkList,
  touched: readonly Extent[],
  sizeBytes: number,
): Generator<ChunkTask> {
  let passed = 0;
  for (let entry = 0; entry < chunks.length; entry += 1) {
    const index = chunks.indexAt(entry);
    const at = index * chunkBytes;
    if (at >= sizeBytes) return;
    for (let range = touched[passed]; range !== undefined; range = touched[passed]) {
      if (at < range.offset + range.length) break;
      passed += 1;
    }
    const range = touched[passed];
    if (range !== undefined && at >= range.offset) continue;
    yield { kind: 'inherit', index, hash: chunks.hashAt(entry) };
  }
}

/** Melts two rising sequences that share no index into one. */
function* inOrder(a: Iterator<ChunkTask>, b: Iterator<ChunkTask>): Generator<ChunkTask> {
  let left = a.next();
  let right = b.next();
  while (left.done !== true || right.done !== true) {
    const takeLeft =
      right.done === true || (left.done !== true && left.value.index < right.value.index);
    if (takeLeft && left.done !== true) {
      yield left.value;
      left = a.next();
    } else if (right.done !== true) {
      yield right.value;
      right = b.next();
    }
  }
}
