// The provider put together: what it tells of itself is one and the same in every answer, and every
// RPC reaches what serves its type.
import { ProviderDefinition } from '../../../provider/terraform/protocol/generated/tfplugin6';
import type { ProviderMethods } from '../../../provider/terraform/protocol/methods';
import { fullSchema, terraformProvider } from '../../../provider/terraform/provider';
import { decodeValue, encodeValue } from '../../../provider/terraform/values/dynamic-value';
import { catalogue } from '../../../schema/catalogue';

const call = { signal: new AbortController().signal };
const provider: ProviderMethods = terraformProvider();
const nouns = catalogue.map(({ noun }) => `cinderkit_${noun.replaceAll('-', '_')}`);
const names = (things: readonly { readonly typeName: string }[]) =>
  things.map(({ typeName }) => typeName).sort();

describe('the provider', () => {
  it('serves every RPC of the protocol', () => {
    const rpcs = Object.keys(ProviderDefinition.methods).sort();
    expect(Object.keys(provider).sort()).toEqual(rpcs);
  });

  it('has a resource, a data source for one and for many, and a list for every noun', () => {
    const schema = fullSchema();
    expect(Object.keys(schema.resourceSchemas).sort()).toEqual([...nouns].sort());
    expect(Object.keys(schema.listResourceSchemas).sort()).toEqual([...nouns].sort());
    const sources = Object.keys(schema.dataSourceSchemas);
    expect(sources).toEqual(expect.arrayContaining([...nouns, ...nouns.map((one) => `${one}s`)]));
  });

  it('names in its metadata what it has schemas for', async () => {
    const schema = await provider.getProviderSchema({}, call);
    const metadata = await provider.getMetadata({}, call);
    const functions = await provider.getFunctions({}, call);
    const identities = await provider.getResourceIdentitySchemas({}, call);
    expect(names(metadata.resources)).toEqual(Object.keys(schema.resourceSchemas).sort());
    expect(names(metadata.dataSources)).toEqual(Object.keys(schema.dataSourceSchemas).sort());
    expect(names(metadata.listResources)).toEqual(Object.keys(schema.listResourceSchemas).sort());
    expect(metadata.functions.map(({ name }) => name)).toEqual(Object.keys(schema.functions));
    expect(functions.functions).toEqual(schema.functions);
    expect(Object.keys(identities.identitySchemas).sort()).toEqual([...nouns].sort());
  });

  it('says what it can do, in both answers alike', async () => {
    const can = { planDestroy: true, getProviderSchemaOptional: true, moveResourceState: true };
    const { serverCapabilities } = await provider.getProviderSchema({}, call);
    const metadata = await provider.getMetadata({}, call);
    expect([serverCapabilities, metadata.serverCapabilities]).toEqual([can, can]);
  });

  it.each(nouns)('passes what is asked about %s on', async (typeName) => {
    const config = encodeValue({ name: 7 });
    const request = { typeName, config, clientCapabilities: undefined };
    await expect(provider.validateResourceConfig(request, call)).resolves.toHaveProperty(
      'diagnostics',
    );
    await expect(provider.validateDataResourceConfig(request, call)).resolves.toHaveProperty(
      'diagnostics',
    );
  });

  it('refuses a type that it does not have, by name', async () => {
    const request = {
      typeName: 'cinderkit_moon',
      config: undefined,
      clientCapabilities: undefined,
    };
    await expect(provider.validateResourceConfig(request, call)).rejects.toThrow(
      `Cannot find the resource cinderkit_moon: this version has ${nouns.join(', ')}.`,
    );
  });

  it('checks its own block', async () => {
    const config = encodeValue({ interface: 'x' });
    const { diagnostics } = await provider.validateProviderConfig({ config }, call);
    expect(diagnostics).toHaveLength(1);
    const wrong = { config, terraformVersion: '1.11.4', clientCapabilities: undefined };
    expect((await provider.configureProvider(wrong, call)).diagnostics).toEqual(diagnostics);
  });

  it('calls functions', async () => {
    const { result, error } = await provider.callFunction(
      { name: 'parse_size', arguments: [encodeValue('2 TiB')] },
      call,
    );
    expect([decodeValue(result), error]).toEqual(['2048', undefined]);
  });

  it('stops without a word', async () => {
    expect(await terraformProvider().stopProvider({}, call)).toEqual({ error: '' });
  });
});
