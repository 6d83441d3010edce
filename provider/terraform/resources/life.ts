// What the life of a resource needs of the provider's session: a narrow face, so that laws can put
// a cloud in memory behind it.
import type { Session } from '../../reconcile';
import type { Origin } from '../../reconcile-marker';
import type { QuotaForecast } from '../../reconcile-quota';
import type { Journal } from './journal';
import type { Call } from '../protocol/methods';

/** The surroundings of all resources of a process. */
export interface Life {
  /**
   * The connection of the process for one call, whose end `call.signal` tells; `warn` gets what the
   * user should know. Throws where the cloud cannot be reached.
   */
  open(call: Call, warn: (text: string) => void): Promise<Session>;
  /** What sets a thing that is made now apart from those of other programs and copies. */
  originOf(typeName: string, name: string): Promise<Origin>;
  /** Whether it is known where the cloud is: not so while a plan waits for other resources. */
  readonly isConfigured: boolean;
  readonly forecast: QuotaForecast;
  /** What runs have made that no state is known to hold; left out where none is kept. */
  readonly journal?: Journal;
}
