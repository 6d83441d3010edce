// Bundles the Terraform provider into the one file that terraform and tofu start. Invariant: the
// file needs nothing beside it but a Node that is new enough, and says so in plain words where it
// is started by an older one.
import { build as bundle, transform } from 'esbuild';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import { deflateRawSync } from 'node:zlib';
import { root } from '../run.mjs';
import { lazyImports } from './lazy-imports.mjs';
import { leanLibraries } from './lean-libraries.mjs';
import { licencesOf } from './licences.mjs';

const prefix = 'terraform-provider-cinderkit_v';

/**
 * Writes terraform-provider-cinderkit_v<version> into `folder`, executable, and beside it the
 * licences of what it holds and a package.json that keeps Node from taking it for an ES module.
 * Repeatable. Throws with esbuild's own words where a source is wrong.
 */
export async function bundleTerraform({
  quiet = false,
  folder = join(root, 'dist/terraform'),
} = {}) {
  const { version, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const name = `${prefix}${version}`;
  if (!quiet) console.log(`bundling ${name} ...`);
  const { text, metafile } = await program('main.ts', [lazyImports, leanLibraries]);
  const line = await oneLine(text);
  const answers = await answersLine();
  const start = await startOf(engines.node, line);
  mkdirSync(folder, { recursive: true });
  removeOthers(folder, name);
  // Put in place whole: a CLI may start it at any moment.
  const draft = join(folder, `.${name}.${process.pid}`);
  writeFileSync(draft, `#!/usr/bin/env node\n${start}//${answers}\n//${line}`, { mode: 0o755 });
  renameSync(draft, join(folder, name));
  writeFileSync(join(folder, 'licences.txt'), licencesOf(metafile));
  // A project with "type": "module" above the place where a CLI unpacked the file would else win.
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
}

async function program(entry, plugins) {
  const { outputFiles, metafile } = await bundle({
    entryPoints: [join(root, 'provider/terraform', entry)],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    minify: true,
    // Errors are told by their names and classes, and diagnostics must not read "a: no such thing".
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
    // grpc-js loads it for its own diagnostics services alone, which this provider does not serve.
    external: ['@grpc/proto-loader'],
    // By this name undici knows that its experimental parser, which is switched off, may stay out.
    define: { esbuildDetection: 'true' },
    plugins,
    absWorkingDir: root,
  });
  return { text: outputFiles[0].text, metafile };
}

// The program is a comment to whoever parses the file, on one line because a line comment is the
// cheapest thing there is to skip: parsed with the file it would cost every start 40 ms. Only
// ASCII, because V8 holds that in half the memory. Line ends and other characters stand in
// templates and regular expressions, where an escape means the same: esbuild, reading both, has to
// agree.
async function oneLine(text) {
  const ascii = text.trim().replaceAll(/[^\n\t\x20-\x7e]/g, escaped);
  const line = ascii.replaceAll('\n', '\\n');
  const [told, meant] = await Promise.all([line, ascii].map((one) => transform(one, plainly)));
  if (told.code !== meant.code) throw new Error('on one line the bundle would be another program');
  return `(function (${parameters.join(', ')}) {${line}})`;
}

const wrapper = ['exports', 'require', 'module', '__filename', '__dirname'];
const parameters = [...wrapper, 'keptAnswers'];

// What the program answers alike in every process, asked of it here: see answers-to-keep.ts.
async function answersLine() {
  const { text } = await program('answers-to-keep.ts', []);
  const module = { exports: {} };
  const file = join(root, 'provider/terraform/answers-to-keep.js');
  const run = compileFunction(text, wrapper, { filename: file });
  run(module.exports, createRequire(file), module, file, dirname(file));
  const answers = Object.entries(await module.exports.answersToKeep());
  const kept = answers.map(([method, bytes]) => [method, deflateRawSync(bytes).toString('base64')]);
  return JSON.stringify(Object.fromEntries(kept));
}

const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
const plainly = { minify: true, charset: 'ascii' };

async function startOf(range, line) {
  const [neededMajor, neededMinor] = range.replace(/^>=/, '').split('.');
  const source = readFileSync(join(import.meta.dirname, 'plugin-start.cjs'), 'utf8');
  const programDigest = `'${createHash('sha256').update(line).digest('hex').slice(0, 32)}'`;
  const define = { neededMajor, neededMinor, programDigest };
  return (await transform(source, { define, minify: true, target: 'es6' })).code;
}

// Of two versions in one folder a CLI would run the first by name.
function removeOthers(folder, name) {
  const others = globSync(`${prefix}*`, { cwd: folder }).filter((other) => other !== name);
  for (const other of others) rmSync(join(folder, other));
}
