// What one process has made or taken up, so that two of its creates that ask for the very same (the
// members of a `count`) never share one thing. Invariant: looking for an interrupted making and
// beginning a new one happen for one marker at a time.
/** The claims of one process. */
export class Claims {
  readonly #ids = new Set<string>();
  readonly #queues = new Map<string, Promise<void>>();

  /** Whether a create of this process already holds the thing `id`. */
  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /**
   * Runs `begin`, which finds or makes the thing of `marker` and gives its id, after all others of
   * the same marker; the id is then claimed. A failure is passed on and holds nobody up.
   */
  async begin(marker: string, begin: () => Promise<string>): Promise<string> {
    const before = this.#queues.get(marker) ?? Promise.resolve();
    const made = before.then(begin).then((id) => {
      this.#ids.add(id);
      return id;
    });
    const settled = made.then(
      () => undefined,
      () => undefined,
    );
    this.#queues.set(marker, settled);
    try {
      return await made;
    } finally {
      if (this.#queues.get(marker) === settled) this.#queues.delete(marker);
    }
  }
}
