// Lets work on the same thing happen one after another while other things go on. Invariant: no two
// pieces of work that share a key run at once; keys are taken all together, so none waits for
// another in a circle.

/** Serialises work by key, first come first served. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `work` when all earlier work with any of these keys has ended, whichever way. */
  async run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const earlier = keys.flatMap((key) => this.#tails.get(key) ?? []);
    let done: () => void = () => undefined;
    const tail = new Promise<void>((resolve) => (done = resolve));
    for (const key of keys) this.#tails.set(key, tail);
    await Promise.all(earlier);
    try {
      return await work();
    } finally {
      for (const key of keys) if (this.#tails.get(key) === tail) this.#tails.delete(key);
      done();
    }
  }
}
