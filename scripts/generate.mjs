// Writes every generated file from the definitions in schema; with --check it writes nothing and
// fails, naming the files that differ from what the definitions say.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { format as pretty, resolveConfig } from 'prettier';
import { build } from './build.mjs';
import { liftFieldDocs } from './generate/field-docs.mjs';
import { lifecyclesPage, resourcesPage } from './generate/reference-pages.mjs';
import { plainly, root } from './run.mjs';

const check = process.argv.includes('--check');

function definitions() {
  const require = createRequire(import.meta.url);
  const { catalogue } = require('../dist/schema/catalogue.js');
  const { describeResource } = require('../dist/schema/kernel/describe.js');
  const models = catalogue.map((one) => describeResource(one));
  return { models, tables: models.map(({ lifecycle }) => lifecycle).filter(Boolean) };
}

async function generatedFiles() {
  const docs = liftFieldDocs(root);
  const { models, tables } = definitions();
  return {
    'docs/reference/resources.md': await format(resourcesPage(models, docs), 'markdown'),
    'docs/reference/lifecycles.md': await format(lifecyclesPage(tables), 'markdown'),
  };
}

async function format(text, parser) {
  const options = await resolveConfig(join(root, 'package.json'));
  return pretty(text, { ...options, parser });
}

await plainly(async () => {
  await build({ quiet: true });
  const files = Object.entries(await generatedFiles());
  const stale = files.filter(([path, text]) => textOf(path) !== text);
  if (check && stale.length > 0) {
    const names = stale.map(([path]) => path).join(', ');
    throw new Error(`out of date: ${names}. Run \`npm run generate\` and commit the result.`);
  }
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
  console.log('generated files are up to date');
});

function textOf(path) {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
