// Entry of the plugin that terraform and tofu start. Invariant: the handshake comes first; schema,
// zod, the HTTP client and the adapters are loaded after it, at once, so that the first call finds
// them ready.
import type * as provider from './provider';
import { answeredMethods } from './serve/calls-under-way';
import { serveProvider } from './serve/serve-provider';

void serveProvider(async () => {
  // Required here and not imported above: an import would be done before the handshake.
  const { terraformProvider } = require('./provider') as typeof provider;
  return terraformProvider();
});

/**
 * How much of the program this run has used, for the start of the bundle to judge whether V8's code
 * of this run is worth keeping. 0 until a call was answered.
 */
export function richness(): number {
  return answeredMethods();
}
