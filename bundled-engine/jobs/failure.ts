// Why a job failed, as it is recorded. Invariant: what `failed` sees is the same whether it runs at
// once or after a restart, for it always comes from this form.
import { messageOf } from '../host/error-facts';
import type { JobFailure } from '../records/rows/job-row';

/**
 * The recorded form of `error`, thrown by `step`. Code and details are kept where they are JSON.
 */
export function failureOf(step: string, error: unknown): JobFailure {
  return {
    step,
    message: messageOf(error),
    code: codeOf(error),
    details: detailsOf(error),
    undone: true,
  };
}

function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

function detailsOf(error: unknown): Record<string, unknown> {
  if (typeof error !== 'object' || error === null || !('details' in error)) return {};
  const { details } = error;
  if (typeof details !== 'object' || details === null) return {};
  try {
    return JSON.parse(JSON.stringify(details)) as Record<string, unknown>;
  } catch {
    // Details that are not JSON (a cycle, a BigInt) are left out: the message has them in words.
    return {};
  }
}
