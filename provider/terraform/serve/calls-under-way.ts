// The calls that the plugin is answering, so that all can be told to end when it must. Invariant:
// after abortAll every call that begins is born aborted.

/** One call's part. */
export interface CallHandle {
  readonly signal: AbortSignal;
  /** The caller gave this call up. Repeatable. */
  abort(reason: Error): void;
  /** The call has its answer. Repeatable. */
  end(): void;
}

const answered = new Set<string>();

/** How many different methods this process has answered: how much of its code was of use. */
export function answeredMethods(): number {
  return answered.size;
}

/** The set of calls, and the wish that they end. */
export class CallsUnderWay {
  readonly #open = new Map<CallHandle, AbortController>();
  #idle: (() => void)[] = [];
  #ending: Error | null = null;

  /** Enters a call of `method`. */
  begin(method: string): CallHandle {
    const controller = new AbortController();
    if (this.#ending) controller.abort(this.#ending);
    const handle: CallHandle = {
      signal: controller.signal,
      abort: (reason) => controller.abort(reason),
      end: () => {
        answered.add(method);
        this.#open.delete(handle);
        if (this.#open.size === 0) this.#idle.splice(0).forEach((wake) => wake());
      },
    };
    this.#open.set(handle, controller);
    return handle;
  }

  /** Aborts every call, now and from now on. Repeatable: the first reason stays. */
  abortAll(reason: Error): void {
    this.#ending ??= reason;
    for (const controller of this.#open.values()) controller.abort(this.#ending);
  }

  /** Resolves when no call is under way, or after `timeoutMs`. */
  async settled(timeoutMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
