// The call that makes a thing, kept from being cut off in the middle. Invariant: where the user
// wants to end, waits end at once, but a request that may already have made something gets the time
// to tell its id.
import type { Adapter } from '../../resources/adapter';

const graceMs = 5000;

/** `adapter` whose create goes on for a moment after its scope's signal was aborted. */
export function unhurried(adapter: Adapter): Adapter {
  return {
    ...adapter,
    create: (scope, inputs, marker) => {
      // Nothing is begun once the end is asked for.
      scope.signal.throwIfAborted();
      const late = delayed(scope.signal);
      return adapter
        .create({ ...scope, signal: late.signal }, inputs, marker)
        .finally(() => late.forget());
    },
  };
}

/** A signal that is aborted as `signal` is, but `graceMs` later. */
function delayed(signal: AbortSignal): { signal: AbortSignal; forget: () => void } {
  const later = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => later.abort(signal.reason), graceMs);
  };
  signal.addEventListener('abort', begin, { once: true });
  const forget = () => {
    signal.removeEventListener('abort', begin);
    clearTimeout(timer);
  };
  return { signal: later.signal, forget };
}
