// All provider functions, and the two calls that Terraform makes about them. Invariant: a function
// that fails blames its argument where there is one; nothing is thrown.
import type {
  CallFunction_Request,
  CallFunction_Response,
  FunctionMessage,
  Function_Parameter,
} from '../protocol/generated/tfplugin6';
import { StringKind } from '../protocol/generated/tfplugin6';
import { reasonOf } from '../../resources/refusal';
import { typeBytes } from '../values/cty-type';
import { decodeValue, encodeValue } from '../values/dynamic-value';
import { formatId, parseId } from './id-functions';
import { ArgumentRefusal, type Parameter, type ProviderFunction } from './provider-function';
import { formatSize, parseSize } from './size-functions';

/** Every function, in the order in which documents show them. */
export const functionDefinitions: readonly ProviderFunction[] = [
  parseSize,
  formatSize,
  parseId,
  formatId,
];

/** The functions' signatures, by name, as GetFunctions and the provider's schema tell them. */
export function functionSignatures(): Record<string, FunctionMessage> {
  return Object.fromEntries(functionDefinitions.map((each) => [each.name, signature(each)]));
}

/** Calls the function that `request` names. */
export function callFunction(request: CallFunction_Request): CallFunction_Response {
  const found = functionDefinitions.find(({ name }) => name === request.name);
  if (!found) {
    const names = functionDefinitions.map(({ name }) => name).join(', ');
    const text = `There is no function ${request.name}, expected one of ${names}`;
    return { result: undefined, error: { text } };
  }
  try {
    const result = found.call(request.arguments.map((argument) => decodeValue(argument)));
    return { result: encodeValue(result), error: undefined };
  } catch (error) {
    // Terraform ends the sentence itself.
    const text = reasonOf(error).replace(/\.$/, '');
    if (!(error instanceof ArgumentRefusal)) return { result: undefined, error: { text } };
    return { result: undefined, error: { text, functionArgument: error.argument } };
  }
}

function signature(definition: ProviderFunction): FunctionMessage {
  const { summary, description, parameters, returns } = definition;
  return {
    summary,
    description,
    descriptionKind: StringKind.MARKDOWN,
    deprecationMessage: '',
    parameters: parameters.map(parameter),
    variadicParameter: undefined,
    return: { type: typeBytes(returns) },
  };
}

function parameter({ name, type, description }: Parameter): Function_Parameter {
  return {
    name,
    type: typeBytes(type),
    allowNullValue: false,
    allowUnknownValues: false,
    description,
    descriptionKind: StringKind.MARKDOWN,
  };
}
