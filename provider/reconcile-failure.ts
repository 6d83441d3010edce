// A change that did not get to its end. Invariant: whatever exists on the service by then is named
// by its id and by its live values, so that no tool loses it.
import type { State } from './reconcile-state';

/** Thrown where a thing exists but is not as it was asked for. */
export class HalfDone extends Error {
  readonly state: State;
  readonly reasons: readonly string[];

  constructor(state: State, reasons: readonly string[]) {
    super(reasons.join('; '));
    this.name = 'HalfDone';
    this.state = state;
    this.reasons = reasons;
  }
}
