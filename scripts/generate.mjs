// Writes every generated file from the definitions in schema; with --check it writes nothing and
// fails, naming the files that differ from what the definitions say.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { format as pretty, resolveConfig } from 'prettier';
import { build } from './build.mjs';
import { bindingFiles } from './generate/bindings.mjs';
import { cdktnFiles } from './generate/cdktn-flavour.mjs';
import { liftFieldDocs } from './generate/field-docs.mjs';
import { protocolFiles } from './generate/protocol.mjs';
import { registryPages } from './generate/registry-pages.mjs';
import { lifecyclesPage, resourcesPage } from './generate/reference-pages.mjs';
import {
  fieldDocsModule,
  fieldDocsPath,
  terraformSchemaPath,
  terraformSchemaText,
} from './generate/terraform-schema.mjs';
import { plainly, root } from './run.mjs';

const check = process.argv.includes('--check');

function definitions() {
  const require = createRequire(import.meta.url);
  const { catalogue } = require('../dist/schema/catalogue.js');
  const { describeResource } = require('../dist/schema/kernel/describe.js');
  const models = catalogue.map((one) => describeResource(one));
  return { models, tables: models.map(({ lifecycle }) => lifecycle).filter(Boolean) };
}

// What the package is compiled with, so it comes before the build.
async function sourceFiles() {
  return {
    [fieldDocsPath]: await format(fieldDocsModule(liftFieldDocs(root)), 'typescript'),
    ...protocolFiles(),
    ...cdktnFiles(),
  };
}

async function derivedFiles() {
  const docs = liftFieldDocs(root);
  const { models, tables } = definitions();
  const schema = await format(await terraformSchemaText(), 'json');
  return {
    'docs/reference/resources.md': await format(resourcesPage(models, docs), 'markdown'),
    'docs/reference/lifecycles.md': await format(lifecyclesPage(tables), 'markdown'),
    [terraformSchemaPath]: schema,
    ...(await bindingFiles('cdktf', schema)),
    ...(await bindingFiles('cdktn', schema)),
    ...(await registryPages()),
  };
}

async function format(text, parser) {
  const options = await resolveConfig(join(root, 'package.json'));
  return pretty(text, { ...options, parser });
}

await plainly(async () => {
  const sources = await sourceFiles();
  bringUpToDate(sources, []);
  await build({ quiet: true });
  const derived = await derivedFiles();
  bringUpToDate(derived, leftovers({ ...sources, ...derived }));
  console.log('generated files are up to date');
});

function bringUpToDate(files, gone) {
  const stale = Object.entries(files).filter(([path, text]) => textOf(path) !== text);
  if (check && stale.length + gone.length > 0) {
    const names = [...stale.map(([path]) => path), ...gone].join(', ');
    throw new Error(`out of date: ${names}. Run \`npm run generate\` and commit the result.`);
  }
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
  for (const path of gone) {
    rmSync(join(root, path));
    console.log(`removed ${path}`);
  }
}

// Bindings and pages of a resource that is gone would still be published.
function leftovers(files) {
  const places = ['components/*/generated/**/*.ts', 'docs/terraform/*-*/*.md'];
  const pages = ['resources', 'functions'].map((kind) => `docs/terraform/${kind}/*.md`);
  return globSync([...places, ...pages], { cwd: root }).filter((path) => !(path in files));
}

function textOf(path) {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
