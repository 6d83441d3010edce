// A value that must not be seen: passwords, tokens, keys. Invariant: whatever prints it (template
// strings, JSON, console, assertion failures) shows a placeholder; only reveal() gives the value.
import { inspect } from 'node:util';

const hidden = '(secret)';

/** Wraps a secret string so that it cannot be printed by accident. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}
