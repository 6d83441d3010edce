// The answers that the bundle keeps ready: they are what the provider would answer, so nobody can
// tell whether a process has loaded it.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { answersToKeep } from '../../../provider/terraform/answers-to-keep';
import {
  GetMetadata_Response,
  GetProviderSchema_Response,
} from '../../../provider/terraform/protocol/generated/tfplugin6';
import { terraformProvider, fullSchema } from '../../../provider/terraform/provider';
import { projectRoot } from '../../support/source-tree';
import { removeFolder, tempFolder } from '../../support/temp-folder';

const call = { signal: new AbortController().signal };
let home: string;
let lines: string[];

beforeAll(async () => {
  home = await tempFolder();
  const script = join(projectRoot, 'scripts/build/terraform-bundle.mjs');
  const work = `import { bundleTerraform } from ${JSON.stringify(script)};
    await bundleTerraform({ quiet: true, folder: ${JSON.stringify(home)} });`;
  execFileSync(process.execPath, ['--input-type=module', '-e', work]);
  const [file = ''] = globSync(join(home, 'terraform-provider-cinderkit_v*'));
  lines = readFileSync(file, 'latin1').split('\n');
});

afterAll(() => removeFolder(home));

describe('kept answers', () => {
  it('stand in the bundle as these sources would give them, byte by byte', async () => {
    const kept: unknown = JSON.parse((lines.at(-2) ?? '').replace(/^\/\//, ''));
    const expected = await answersToKeep();
    const texts = Object.entries(kept ?? {}).map(([method, text]) => {
      const bytes = inflateRawSync(Buffer.from(String(text), 'base64'));
      return [method, bytes.toString('base64')] as const;
    });
    const wanted = Object.entries(expected).map(
      ([method, bytes]) => [method, Buffer.from(bytes).toString('base64')] as const,
    );
    expect(Object.fromEntries(texts)).toEqual(Object.fromEntries(wanted));
    expect(texts.length).toBe(4);
  });

  it('say what the methods of the provider say', async () => {
    const { getProviderSchema = new Uint8Array(), getMetadata = new Uint8Array() } =
      await answersToKeep();
    const provider = terraformProvider();
    const schema = GetProviderSchema_Response.fromPartial(fullSchema());
    expect(GetProviderSchema_Response.decode(getProviderSchema)).toEqual(
      GetProviderSchema_Response.decode(GetProviderSchema_Response.encode(schema).finish()),
    );
    expect(GetMetadata_Response.decode(getMetadata).resources).toEqual(
      (await provider.getMetadata?.({}, call))?.resources,
    );
  });

  it('leave the libraries that are not in use out of the program', () => {
    const program = lines.at(-1) ?? '';
    // Errors of undici's mocks, a German refusal of zod's, the client side of gRPC.
    for (const word of ['MockNotMatchedError', 'Ungültig', 'Ung\\xFCltig', 'pick_first']) {
      expect(program).not.toContain(word);
    }
    expect(program).toContain('UND_ERR_CONNECT_TIMEOUT');
    expect(program).toContain('EnvHttpProxyAgent');
  });
});
