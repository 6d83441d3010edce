// Whose turn it is: one holder at a time, in the order of asking. Invariant: a turn is given back
// exactly once, however often its holder says so.

/** A queue for something that only one may hold. */
export class Turns {
  private last: Promise<void> = Promise.resolve();

  /** Waits for the turn; the function that comes back ends it. */
  async take(): Promise<() => void> {
    const before = this.last;
    let end: () => void = () => undefined;
    this.last = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    return end;
  }
}
