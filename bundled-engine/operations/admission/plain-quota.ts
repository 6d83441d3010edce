// Tells a quota's refusal without the name of its class, as some calls of a real Cinder do because
// they catch it themselves. Invariant: the code of the answer and its other words stay.
import { isFault } from '../../../schema/kernel/fault';
import { transferFaults } from '../../../schema/transfer-faults';

/** Runs `work`; its faults of the given codes lose the class name before their text. */
export async function withPlainRefusals<T>(
  codes: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFault(error) || !codes.includes(error.code)) throw error;
    throw transferFaults.quotaSpent({ message: error.message.replace(/^\w+: /, '') }, error);
  }
}
