// What a provider function is: data for documents and a pure deed. Invariant: the same arguments
// give the same result, without a cloud; what cannot be understood is refused at its argument.
import type { CtyType } from '../values/cty-type';
import type { TfValue } from '../values/tf-value';

/** One parameter. Terraform calls no function with null or with what is not known yet. */
export interface Parameter {
  readonly name: string;
  readonly type: CtyType;
  readonly description: string;
}

/** A function, called as provider::cinderkit::NAME. */
export interface ProviderFunction {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Markdown for reference pages. */
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly returns: CtyType;
  /** Throws ArgumentRefusal. */
  readonly call: (args: readonly TfValue[]) => TfValue;
}

/** An argument that cannot be used. */
export class ArgumentRefusal extends Error {
  /** Counted from 0. */
  readonly argument: number;

  constructor(argument: number, message: string) {
    super(message);
    this.name = 'ArgumentRefusal';
    this.argument = argument;
  }
}
