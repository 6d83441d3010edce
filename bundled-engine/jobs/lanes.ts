// Which job runs when. Invariant: jobs of one subject run one at a time in the order of admission,
// those of different subjects side by side, never more than the bound; nothing polls.

interface Entry {
  readonly subject: string;
  readonly run: () => Promise<void>;
}

/** Lanes of work, one a subject. */
export class Lanes {
  private readonly bound: number;
  private readonly waiting = new Map<string, Entry[]>();
  private readonly busy = new Set<string>();
  private idleWaiters: (() => void)[] = [];

  constructor(bound: number) {
    this.bound = bound;
  }

  /** Adds work to a subject's lane. `run` must not reject: it is nobody's to catch here. */
  add(subject: string, run: () => Promise<void>): void {
    const lane = this.waiting.get(subject);
    if (lane) lane.push({ subject, run });
    else this.waiting.set(subject, [{ subject, run }]);
    this.advance();
  }

  /** Forgets what has not begun. */
  clear(): void {
    this.waiting.clear();
    this.tellIfIdle();
  }

  /** Settles when nothing runs and nothing waits; at once where that is so now. */
  idle(): Promise<void> {
    if (this.isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private advance(): void {
    for (const [subject, lane] of this.waiting) {
      if (this.busy.size >= this.bound) return;
      if (this.busy.has(subject)) continue;
      const entry = lane.shift();
      // Taken out and put back at the end, so that lanes with much work do not starve the others.
      this.waiting.delete(subject);
      if (lane.length > 0) this.waiting.set(subject, lane);
      if (entry) void this.occupy(entry);
    }
  }

  private async occupy({ subject, run }: Entry): Promise<void> {
    this.busy.add(subject);
    try {
      await run();
    } finally {
      this.busy.delete(subject);
      this.advance();
      this.tellIfIdle();
    }
  }

  private isIdle(): boolean {
    return this.busy.size === 0 && this.waiting.size === 0;
  }

  private tellIfIdle(): void {
    if (!this.isIdle()) return;
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const tell of waiters) tell();
  }
}
