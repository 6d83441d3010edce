// What an RPC answers when its method threw. A gRPC error would show the user an internal failure
// with no word of what to do, so each response carries the error as a diagnostic. Invariant: no
// stack in any answer, and a failed apply never makes Terraform forget the thing that was there
// before.
import type { FunctionError, Diagnostic, DynamicValue } from '../protocol/generated/tfplugin6';
import { Diagnostic_Severity } from '../protocol/generated/tfplugin6';

/** The part of an apply's request that its failed answer gives back. */
interface ApplyLike {
  readonly priorState?: DynamicValue | undefined;
  readonly plannedPrivate?: Uint8Array;
}

/** A response with as much in it as a failure knows; the codec's `create` fills in the rest. */
export interface FailedAnswer {
  readonly diagnostics?: readonly Diagnostic[];
  readonly diagnostic?: readonly Diagnostic[];
  readonly error?: string | FunctionError;
  readonly newState?: DynamicValue | undefined;
  readonly private?: Uint8Array;
}

/**
 * The failed answer of `method` (its name in ProviderMethods) to `request`. For an apply it holds
 * the state from before: a null there would mean that the thing is gone.
 */
export function failedAnswer(method: string, error: unknown, request: unknown): FailedAnswer {
  const text = messageOf(error);
  if (method === 'stopProvider') return { error: text };
  if (method === 'callFunction') return { error: { text, functionArgument: undefined } };
  const diagnostics = [diagnosticOf(method, text)];
  if (method === 'listResource') return { diagnostic: diagnostics };
  if (method !== 'applyResourceChange') return { diagnostics };
  // The request is an ApplyResourceChange.Request, as the codec decoded it for this method.
  const { priorState, plannedPrivate = new Uint8Array() } = request as ApplyLike;
  return { diagnostics, newState: priorState, private: plannedPrivate };
}

function diagnosticOf(method: string, text: string): Diagnostic {
  const rpc = method.charAt(0).toUpperCase() + method.slice(1);
  return {
    severity: Diagnostic_Severity.ERROR,
    summary: `cinderkit could not finish ${rpc}`,
    detail: text,
    attribute: undefined,
  };
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message || 'It failed without saying why: TF_LOG=debug shows where.';
}
