// One at a time for each name: calls for the same name run one after another in the order they
// came, calls for different names do not wait for each other. Invariant: a failed call lets the
// next one in, and a name that nobody uses takes no memory.

/** A family of locks by name, for callers within this process. Not reentrant. */
export class KeyedLock {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` when all earlier work for `name` has ended; its result or failure is passed on. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name);
    const mine = afterEndOf(before, work);
    this.#last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(name) === mine) this.#last.delete(name);
    }
  }
}

async function afterEndOf<T>(before: Promise<unknown> | undefined, work: () => Promise<T>) {
  await before?.catch(() => undefined);
  return work();
}
