// Closes what was opened, in the opposite order. Invariant: each act runs once, also when an
// earlier one fails, and everybody who asks waits for the same end.

/** A stack of acts that take something back. */
export class Undoing {
  private readonly acts: (() => Promise<unknown>)[] = [];
  private running: Promise<void> | null = null;

  /** Adds an act; the last one added runs first. */
  add(act: () => Promise<unknown>): void {
    this.acts.push(act);
  }

  /**
   * Runs every act. Fails, after all have run, with what the first failing one threw. Repeatable.
   */
  run(): Promise<void> {
    this.running ??= this.runAll();
    return this.running;
  }

  private async runAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let act = this.acts.pop(); act; act = this.acts.pop()) {
      try {
        await act();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
