// What tools need to know about one lookup: what it is, and how the cloud is asked. Invariant:
// looking changes nothing and may be repeated.
import type { LookupModel } from '../../schema/kernel/lookup';
import type { Scope, Values } from '../resources/adapter';

/** What one lookup can do. */
export interface LookupAdapter {
  readonly model: LookupModel;
  /**
   * Values of all outputs, and of inputs that have a value of their own where they were left out.
   * Throws a Fault where the service refuses.
   */
  look(scope: Scope, inputs: Values): Promise<Values>;
}
