// What users read. Invariant: one line of summary, the rest in the detail, the attribute to blame
// where there is one; never a stack.
import type { Diagnostic } from '../protocol/generated/tfplugin6';
import { Diagnostic_Severity } from '../protocol/generated/tfplugin6';
import { reasonOf } from '../../resources/refusal';
import type { Path } from './attribute-path';
import { attributePath } from './attribute-path';

/** What is to be said. */
export interface Said {
  /** One line; what could not be done. */
  readonly summary: string;
  readonly detail: string;
  /** The attribute to blame. */
  readonly path?: Path | undefined;
}

/** A failure that blames one attribute. */
export class PathRefusal extends Error {
  readonly path: Path;

  constructor(path: Path, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PathRefusal';
    this.path = path;
  }
}

/** A diagnostic that ends the run. */
export function errorDiagnostic(said: Said): Diagnostic {
  return diagnostic(Diagnostic_Severity.ERROR, said);
}

/** A diagnostic that is only shown. */
export function warningDiagnostic(said: Said): Diagnostic {
  return diagnostic(Diagnostic_Severity.WARNING, said);
}

/**
 * The diagnostic for whatever was thrown: its words, and its path where it is a PathRefusal.
 * `summary` says what could not be done.
 */
export function failureDiagnostic(error: unknown, summary: string): Diagnostic {
  const path = error instanceof PathRefusal ? error.path : undefined;
  return errorDiagnostic({ summary, detail: reasonOf(error), path });
}

function diagnostic(severity: Diagnostic_Severity, { summary, detail, path }: Said): Diagnostic {
  const attribute = path && path.length > 0 ? attributePath(path) : undefined;
  return { severity, summary: oneLine(summary), detail, attribute };
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
