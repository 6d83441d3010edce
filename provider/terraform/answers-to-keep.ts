// Answers that depend on nothing but the program: worked out when the bundle is made, so that a
// process that is asked for nothing else loads no definition at all. Invariant: they are what the
// provider of the same sources would answer, byte by byte.
import { ProviderDefinition } from './protocol/generated/tfplugin6';
import { schemaMethods } from './provider';

/** The encoded answers, by method. */
export async function answersToKeep(): Promise<Readonly<Record<string, Uint8Array>>> {
  const methods = schemaMethods();
  const { getMetadata, getProviderSchema, getResourceIdentitySchemas, getFunctions } =
    ProviderDefinition.methods;
  const bytes = {
    getMetadata: getMetadata.responseType.encode(await methods.getMetadata()),
    getProviderSchema: getProviderSchema.responseType.encode(await methods.getProviderSchema()),
    getResourceIdentitySchemas: getResourceIdentitySchemas.responseType.encode(
      await methods.getResourceIdentitySchemas(),
    ),
    getFunctions: getFunctions.responseType.encode(await methods.getFunctions()),
  };
  return Object.fromEntries(
    Object.entries(bytes).map(([method, writer]) => [method, writer.finish()]),
  );
}
