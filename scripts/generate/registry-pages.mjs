// Prints the reference pages of the Terraform provider, in the layout that registries render
// (index, resources, data-sources, functions, list-resources), from the definitions. Invariant: a
// new noun has its pages without an edit here; every example is a file that the tests run.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from '../run.mjs';
import { authentication, environment } from './registry-pages-prose.mjs';
import { changes, imports, moves, statuses } from './registry-pages-resource.mjs';
import { schemaSection, typeText } from './registry-pages-schema.mjs';

/** Folder of the pages. */
const registryFolder = 'docs/terraform';

/** Folder of the examples: `<kind>/<name>.tf`, named as their pages are. */
const examplesFolder = `${registryFolder}/examples`;

const provider = 'cinderkit';

/**
 * Every page by its path, in its final form. Reads the built provider in dist/: build first.
 * Repeatable: the same definitions and examples give the same text.
 */
export async function registryPages() {
  const built = definitions();
  const pages = [
    indexPage(built),
    ...built.faces.map(resourcePage),
    ...built.sources.map(dataSourcePage),
    ...built.functions.map(functionPage),
    ...built.lists.map(listPage),
  ];
  const options = await resolveConfig(join(root, 'package.json'));
  const files = pages.map(async ({ path, text }) => {
    return [`${registryFolder}/${path}`, await format(text, { ...options, parser: 'markdown' })];
  });
  return Object.fromEntries(await Promise.all(files));
}

function definitions() {
  const require = createRequire(import.meta.url);
  const load = (file) => require(join(root, 'dist/provider/terraform', file));
  const { resourceFaces } = load('schema/resource-face.js');
  const { dataSources } = load('data-sources/data-sources.js');
  const { functionDefinitions } = load('functions/functions.js');
  const { listResources } = load('list-resources/list-resources.js');
  const { filterAttributes, patternAttributes } = load('data-sources/filter-attributes.js');
  const { pluralOf } = load('data-sources/many-things.js');
  const { typeNameOf } = load('schema/names.js');
  const { providerSettings, engineBlock } = load('schema/provider-schema.js');
  const { timeoutNames, timeoutsBlock } = load('schema/timeouts-block.js');
  const faces = resourceFaces().map((face) => {
    const verbs = timeoutNames(face.model);
    return { ...face, blocks: verbs.length > 0 ? [timeoutsBlock(verbs)] : [] };
  });
  const lists = listResources().map(({ typeName, face, schema }) => {
    const attributes = [...filterAttributes(face, 'narrowing'), ...patternAttributes(face)];
    const all = typeNameOf(pluralOf(face.model.noun));
    return { typeName, all, attributes, description: schema.block.description };
  });
  return {
    faces,
    lists,
    sources: dataSources(),
    functions: functionDefinitions,
    settings: providerSettings.map(({ attribute }) => attribute),
    engineBlock,
  };
}

function indexPage(built) {
  const { settings, engineBlock } = built;
  const description = 'Block storage on the bundled engine or on any OpenStack cloud.';
  return page('index.md', { title: `${provider} Provider`, description }, [
    `# ${provider} Provider\n\n${description} With nothing configured it starts a local cloud in ` +
      `the project's folder, whose volumes are real bytes on your own disk; the same program ` +
      `runs on a remote OpenStack. How to install it and what to do when something goes wrong is ` +
      `in [the guide](../terraform.md).`,
    example('provider', 'bundled-engine'),
    contents(built),
    authentication(exampleText('provider', 'cloud'), exampleText('provider', 'credentials')),
    environment,
    `## The bundled engine\n\n${fenced(exampleText('provider', 'engine'))}`,
    schemaSection({ attributes: settings, blocks: [engineBlock] }),
  ]);
}

/** Links to all other pages. */
function contents({ faces, sources, functions, lists }) {
  const table = (title, folder, things) => {
    const rows = things.map(([name, text]) => {
      const file = name.startsWith(`${provider}_`) ? pageName(name) : name;
      return `| [\`${name}\`](${folder}/${file}.md) | ${text} |`;
    });
    return `| ${title} | |\n| --- | --- |\n${rows.join('\n')}`;
  };
  const described = ({ typeName, schema, description = schema.block.description }) => [
    typeName,
    description,
  ];
  return [
    '## What there is',
    table('resource', 'resources', faces.map(described)),
    table('data source', 'data-sources', sources.map(described)),
    table(
      'function',
      'functions',
      functions.map(({ name, summary }) => [name, summary]),
    ),
    table('list resource', 'list-resources', lists.map(described)),
  ].join('\n\n');
}

function resourcePage(face) {
  const { typeName, model, attributes, blocks } = face;
  const name = pageName(typeName);
  return page(`resources/${name}.md`, titled(typeName, 'Resource', model.summary), [
    example('resources', name),
    schemaSection({ attributes, blocks }),
    changes(face),
    statuses(face),
    imports(face),
    moves(face),
  ]);
}

function dataSourcePage({ typeName, attributes, schema }) {
  const name = pageName(typeName);
  const { description } = schema.block;
  const looksForAll = attributes.some((one) => one.name === 'ids' && one.computed);
  const fallback = looksForAll ? allOf(typeName) : null;
  return page(`data-sources/${name}.md`, titled(typeName, 'Data Source', description), [
    example('data-sources', name, fallback),
    schemaSection({ attributes }),
  ]);
}

function functionPage({ name, summary, description, parameters, returns }) {
  const given = parameters.map((one) => `${one.name} ${typeText(one.type).toLowerCase()}`);
  const type = Array.isArray(returns) ? 'object' : typeText(returns).toLowerCase();
  const list = parameters.map(
    (one, at) => `${at + 1}. \`${one.name}\` (${typeText(one.type)}) ${one.description}`,
  );
  const heading = { title: `${name} Function`, description: summary };
  return page(`functions/${name}.md`, heading, [
    `# ${name} (Function)\n\n${description}\n\nFunctions of providers need Terraform 1.8 or ` +
      'OpenTofu 1.7. They ask no cloud.',
    example('functions', name),
    `## Signature\n\n\`\`\`text\n${name}(${given.join(', ')}) ${type}\n\`\`\``,
    `## Arguments\n\n${list.join('\n')}`,
    `## Return Type\n\n${returned(returns)}`,
  ]);
}

function listPage({ typeName, all, attributes, description }) {
  const name = pageName(typeName);
  return page(`list-resources/${name}.md`, titled(typeName, 'List Resource', description), [
    'For `terraform query`, which needs Terraform 1.14; OpenTofu has no such command. Where it ' +
      `is missing, the data source [${all}](../data-sources/${pageName(all)}.md) lists them too.`,
    example('list-resources', name, listOf(typeName), 'tfquery.hcl'),
    '`terraform query -generate-config-out=found.tf` writes resources and import blocks for what ' +
      'is found.',
    schemaSection({ attributes }),
  ]);
}

function returned(type) {
  if (!Array.isArray(type)) return typeText(type);
  const members = Object.entries(type[1]).map(([name, of]) => `\`${name}\` (${typeText(of)})`);
  return `Object with ${members.join(' and ')}.`;
}

function titled(typeName, kind, description) {
  return { title: `${typeName} ${kind}`, description, heading: `${typeName} (${kind})` };
}

function page(path, { title, description, heading }, sections) {
  const front = [
    '---',
    `page_title: '${title} - ${provider}'`,
    "subcategory: ''",
    'description: |-',
    `  ${description}`,
    '---',
  ].join('\n');
  const top = heading ? [`# ${heading}`, description] : [];
  const note = '<!-- Generated by `npm run generate` from the definitions; do not edit. -->';
  const text = [front, note, ...top, ...sections].filter(Boolean).join('\n\n');
  return { path, text: `${text}\n` };
}

/** The section with an example; none where there is no file, which a test tells of. */
function example(kind, name, fallback = null, extension = 'tf') {
  const text = exampleText(kind, name, extension) ?? fallback;
  return text === null ? null : `## Example Usage\n\n${fenced(text)}`;
}

function exampleText(kind, name, extension = 'tf') {
  const file = join(root, examplesFolder, kind, `${name}.${extension}`);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

const fenced = (text) => `\`\`\`terraform\n${text.trimEnd()}\n\`\`\``;

const pageName = (typeName) => typeName.slice(provider.length + 1);

const allOf = (typeName) => `data "${typeName}" "all" {}\n`;

const listOf = (typeName) =>
  `list "${typeName}" "all" {\n  provider         = ${provider}\n  include_resource = true\n}\n`;
