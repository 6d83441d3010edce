// Writes every generated file from the definitions in schema; with --check it writes nothing and
// fails, naming the files that differ from what the definitions say.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { format as pretty, resolveConfig } from 'prettier';
import { build } from './build.mjs';
import { liftFieldDocs } from './generate/field-docs.mjs';
import { lifecyclesPage, resourcesPage } from './generate/reference-pages.mjs';

const root = join(import.meta.dirname, '..');
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

await build({ quiet: true });
const stale = [];
for (const [path, text] of Object.entries(await generatedFiles())) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(path);
  if (check) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote ${path}`);
}
if (check && stale.length > 0) {
  console.error(
    `out of date: ${stale.join(', ')}. Run \`npm run generate\` and commit the result.`,
  );
  process.exitCode = 1;
} else {
  console.log(check ? 'generated files are up to date' : 'all generated files are written');
}
