// How failures and remarks of a call become diagnostics. Invariant: nothing that is thrown passes,
// and one remark is made once a call.
import type { Diagnostic } from '../protocol/generated/tfplugin6';
import type { ResourceFace } from '../schema/resource-face';
import type { Verb } from './problems';
import { failed, warned } from './problems';

/** What a call came to. */
export interface Report<T> {
  /** null where it failed. */
  readonly value: T | null;
  readonly isDone: boolean;
  readonly diagnostics: Diagnostic[];
}

/** Does `act`; its failure and what it warns of become diagnostics. Never throws. */
export async function reporting<T>(
  face: ResourceFace,
  verb: Verb,
  act: (warn: (text: string) => void) => Promise<T>,
): Promise<Report<T>> {
  const warnings = new Set<string>();
  const told = () => [...warnings].map((text) => warned(face, text));
  try {
    const value = await act((text) => warnings.add(text));
    return { value, isDone: true, diagnostics: told() };
  } catch (error) {
    return { value: null, isDone: false, diagnostics: [...told(), failed(face, verb, error)] };
  }
}
