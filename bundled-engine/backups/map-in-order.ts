// Work on many things at once with a bounded number in flight, while results come out in the
// order of the things. Invariant: when the loop over the results ends, for whatever reason,
// nothing that was begun here is still running.

/** `width` is how many run at once; an abort stops new work and throws the signal's reason. */
export interface MapOptions {
  readonly width: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Yields `work(item)` for each item, in order. The first failure ends it, after what runs has
 * ended. Items are taken only as fast as results are.
 */
export async function* mapInOrder<T, R>(
  items: Iterable<T>,
  options: MapOptions,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const rest = items[Symbol.iterator]();
  const running: Promise<R>[] = [];
  try {
    for (;;) {
      while (running.length < options.width) {
        options.signal?.throwIfAborted();
        const next = rest.next();
        if (next.done === true) break;
        const result = work(next.value);
        // Its turn comes below; until then a failure must not count as unhandled.
        result.catch(() => undefined);
        running.push(result);
      }
      const first = running[0];
      if (first === undefined) return;
      const result = await first;
      running.shift();
      yield result;
    }
  } finally {
    await Promise.allSettled(running);
  }
}
