// What all Pulumi classes share: they send a constant text by which the provider's code is found in
// the installed package, so that nothing is serialised, no upgrade shows as a change and no secret
// can leak into state. Invariant: type tokens, the text and the handlers' paths never change.
import { createHash } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';
import type { z } from 'zod';
import { describeResource } from '../../schema/kernel/describe';
import type { Resource } from '../../schema/kernel/resource';
import { identityKey } from './kept-memory';
import { organisationPrefix } from '../program-owner';

/** The organisation's name in backends that have none. */
const noOrganisation = 'organization';

/** A value that may be an output at any depth. */
export type DeepInput<T> = [T] extends [readonly (infer M)[]]
  ? pulumi.Input<DeepInput<M>[]>
  : [T] extends [object]
    ? pulumi.Input<{ [K in keyof T]: DeepInput<T[K]> }>
    : pulumi.Input<T>;

type InputValues<R extends Resource> = {
  -readonly [K in keyof R['inputs']]: z.output<R['inputs'][K]>;
};

/** Arguments of a resource: every input, of which `Needed` must be given. */
export type ArgsOf<R extends Resource, Needed extends keyof R['inputs'] = never> = {
  [K in keyof Omit<InputValues<R>, Needed>]?: DeepInput<InputValues<R>[K]> | undefined;
} & { [K in Needed]: DeepInput<InputValues<R>[K]> };

/** Properties of a resource: its outputs and its inputs, of which `Always` always have a value. */
export type PropertiesOf<R extends Resource, Always extends keyof R['inputs'] = never> = {
  readonly [K in keyof R['outputs']]: pulumi.Output<z.output<R['outputs'][K]>>;
} & {
  readonly [K in keyof Omit<InputValues<R>, Always>]: pulumi.Output<InputValues<R>[K] | undefined>;
} & { readonly [K in Always]: pulumi.Output<InputValues<R>[K]> };

/** The token under which state files know a resource of this title. */
export function typeTokenOf(resource: Resource): string {
  return `pulumi-nodejs:dynamic/cinderkit:${resource.title}`;
}

/** The text that stands for the provider's code in state files. Kept for ever. */
export function providerTextOf(resource: Resource): string {
  return `exports.handler = () => require("cinderkit/pulumi/handlers/${resource.noun}");`;
}

/** Registers a resource of the catalogue with Pulumi. Not for direct use: see its subclasses. */
export abstract class DeclaredResource extends pulumi.CustomResource {
  protected constructor(
    resource: Resource,
    name: string,
    declared: { readonly args: object; readonly options: pulumi.CustomResourceOptions },
  ) {
    const { args, options } = declared;
    const token = typeTokenOf(resource);
    // Outputs that are named here are unknown in a preview of a new resource; others would be
    // missing.
    const properties: pulumi.Inputs = { ...undefinedProperties(resource), ...args };
    properties['__provider'] = providerTextOf(resource);
    properties[identityKey] = { name, address: addressOf(token, name, options.parent) };
    super(token, name, properties, withSecretOutputs(resource, options));
  }
}

function undefinedProperties(resource: Resource): Record<string, undefined> {
  const names = [...Object.keys(resource.outputs), ...Object.keys(resource.inputs)];
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/** A digest of the resource's place: the same in every run of this program on this stack. */
function addressOf(
  token: string,
  name: string,
  parent: pulumi.Resource | undefined,
): pulumi.Output<string> {
  const organisation = organisationName();
  const urn = pulumi.createUrn(name, token, parent && placeOf(parent));
  return urn.apply((place) => {
    const digest = createHash('sha256').update(`${organisation}\n${place}`).digest('hex');
    const prefix = organisation === noOrganisation ? 'folder-' : organisationPrefix;
    return prefix + digest.slice(0, 24);
  });
}

/**
 * The parent's URN without its dependency on the parent: that would be one on all of the parent's
 * children (SDK runtime/dependsOn.js), and children that need each other would wait for ever.
 */
function placeOf(parent: pulumi.Resource): pulumi.Output<string> {
  const known = new Promise<string>((resolve) => {
    parent.urn.apply(resolve);
  });
  return pulumi.output(known);
}

/** The organisation of the stack. Programs under test have none: the SDK then throws. */
function organisationName(): string {
  try {
    return pulumi.getOrganization();
  } catch {
    return noOrganisation;
  }
}

function withSecretOutputs(
  resource: Resource,
  options: pulumi.CustomResourceOptions,
): pulumi.CustomResourceOptions {
  const { inputs, outputs } = describeResource(resource);
  const secret = [...inputs, ...outputs].filter((field) => field.secret).map(({ name }) => name);
  if (secret.length === 0) return options;
  return {
    ...options,
    additionalSecretOutputs: [...(options.additionalSecretOutputs ?? []), ...secret],
  };
}
