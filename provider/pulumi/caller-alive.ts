// Whether the engine that called us is still there: after a kill of the CLI its providers live on
// and finish what nobody will record. Invariant: a wrong "yes" is as good as impossible; a wrong
// "no" only leaves a mark on a thing.
import { connect } from 'node:net';

const boundMs = 1000;

/** Whether something listens at `address` (host:port). */
export function isListening(address: string | undefined): Promise<boolean> {
  const [host, port] = splitAddress(address ?? '');
  if (!host || !Number.isInteger(port)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(boundMs, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/**
 * Whether the Pulumi engine is there: the SDK starts providers with its address as first argument.
 */
export function isEngineAlive(): Promise<boolean> {
  return isListening(process.argv[2]);
}

function splitAddress(address: string): readonly [string, number] {
  const at = address.lastIndexOf(':');
  if (at <= 0) return ['', Number.NaN];
  return [address.slice(0, at).replace(/^\[|\]$/g, ''), Number(address.slice(at + 1))];
}
