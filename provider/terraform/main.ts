// Entry of the plugin that terraform and tofu start. Invariant: the handshake comes first; schema,
// zod, the HTTP client and the adapters are loaded when a call comes that needs them, and not for
// the answers that the bundle keeps.
import type * as provider from './provider';
import { answeredMethods } from './serve/calls-under-way';
import type { KeptAnswers } from './serve/plugin-server';
import { serveProvider } from './serve/serve-provider';
import { keepHeapSmall, releaseHeap } from './serve/small-heap';

/** Given by the start of the bundle; not there where the program is run in its parts. */
declare const keptAnswers: KeptAnswers | undefined;

void serveProvider(
  async () => {
    // Required here and not imported above: an import would be done before the handshake.
    const { terraformProvider } = require('./provider') as typeof provider;
    const methods = terraformProvider();
    // What follows is many short calls.
    keepHeapSmall();
    return methods;
  },
  typeof keptAnswers === 'undefined' ? undefined : keptAnswers,
);

/**
 * How much of the program this run has used, for the start of the bundle to judge whether V8's code
 * of this run is worth keeping. 0 until a call was answered. Asked at the process's end.
 */
export function richness(): number {
  releaseHeap();
  return answeredMethods();
}
