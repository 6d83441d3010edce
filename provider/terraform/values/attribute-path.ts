// Where in a configuration something is. Invariant: attributes, list places and map keys are told
// apart, for Terraform finds the line in the user's file only by the right kind of step.
import type { AttributePath, AttributePath_Step } from '../protocol/generated/tfplugin6';

/** A step inwards: an attribute's name, a place in a list, or a key of a map. */
export type Step = string | number | { readonly key: string };

/** Steps from the outermost attribute inwards. */
export type Path = readonly Step[];

/** `path` as the protocol has it. */
export function attributePath(path: Path): AttributePath {
  return { steps: path.map(protoStep) };
}

/** `path` in the words of the language: `metadata["a.b"]`, `disks[0].size_gib`. */
export function pathText(path: Path): string {
  return path.map((step, at) => stepText(step, at === 0)).join('');
}

function stepText(step: Step, isFirst: boolean): string {
  if (typeof step === 'string') return isFirst ? step : `.${step}`;
  return typeof step === 'number' ? `[${step}]` : `[${JSON.stringify(step.key)}]`;
}

function protoStep(step: Step): AttributePath_Step {
  if (typeof step === 'string') return { attributeName: step };
  return typeof step === 'number' ? { elementKeyInt: step } : { elementKeyString: step.key };
}
