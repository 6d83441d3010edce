// The token by which a thing whose maker was interrupted is found again. It is on the thing only
// until the tool's state has it. Invariant: two programs never share one, nor two makings of one
// program that would give different things.
import { createHash } from 'node:crypto';
import type { Adapter, Values } from './resources/adapter';

/** Whose thing it is. */
export interface Origin {
  /**
   * Project, stack and name of the resource in its program, or what another tool has in their
   * place.
   */
  readonly address: string;
  /** What sets this copy of the program apart from others of the same names. */
  readonly owner: string;
  /** The tool cannot tell things of the same inputs apart: any of them will do. */
  readonly isShared?: boolean;
}

/**
 * The marker of a thing: 32 hex digits, the same for the same origin and for inputs that make the
 * same thing, wherever and whenever it is asked for.
 */
export function markerFor(adapter: Adapter, origin: Origin, inputs: Values): string {
  const { model } = adapter;
  const determining = model.inputs.filter(
    ({ name, home, change }) =>
      home === 'service' && (change !== 'in-place' || adapter.determining.includes(name)),
  );
  const values = determining.map(({ name }) => [name, inputs[name] ?? null]);
  const text = JSON.stringify([model.noun, origin.address, origin.owner, values]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
