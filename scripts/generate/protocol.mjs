// The codec of Terraform's plugin protocol, made from our own .proto with the pinned buf and
// ts-proto. Needs no network. Invariant: the same .proto and pins give the same text.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from '../run.mjs';

const folder = 'provider/terraform/protocol';
const bin = join(root, 'node_modules/.bin');

// Enums as literals: the project's TypeScript is erasable. Schema versions are the only 64-bit
// numbers, so plain numbers hold them. `create` fills in what a response leaves out.
const options = [
  'esModuleInterop=true',
  'forceLong=number',
  'enumsAsLiterals=true',
  'unrecognizedEnum=false',
  'outputJsonMethods=false',
  'outputServices=generic-definitions',
  'useExactTypes=false',
  'exportCommonSymbols=false',
  'annotateFilesWithVersion=false',
];

/**
 * The generated files as {path: text}, paths from the project's folder. Writes nothing there.
 * Throws with buf's own words where the .proto is wrong.
 */
export function protocolFiles() {
  const work = mkdtempSync(join(tmpdir(), 'cinderkit-protocol-'));
  try {
    generateInto(work);
    const text = readFileSync(join(work, 'tfplugin6.ts'), 'utf8');
    return { [`${folder}/generated/tfplugin6.ts`]: text };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function generateInto(work) {
  const plugin = { local: join(bin, 'protoc-gen-ts_proto'), out: work, opt: options };
  const template = JSON.stringify({ version: 'v2', plugins: [plugin] });
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    BUF_CACHE_DIR: join(work, 'cache'),
  };
  execFileSync(join(bin, 'buf'), ['generate', join(root, folder), '--template', template], {
    cwd: work,
    env,
    stdio: ['ignore', 'inherit', 'pipe'],
  });
}
