// Prints the reference pages from the definitions: one page of resources, one of lifecycles with
// their diagrams. What the pages say is what the engine executes and the tools plan by.
const titleRow =
  '| field | type | given by | a change | what it is |\n| --- | --- | --- | --- | --- |';

/** docs/reference/resources.md: every field of every resource. */
export function resourcesPage(models, docs) {
  const sections = models.map((model) => {
    const row = (field) =>
      `| \`${field.name}\` | ${kindText(field.kind)} | ${field.presence} | ` +
      `${changeText(field)} | ${docs[model.noun][field.name]} |`;
    return [
      `## ${model.title}\n\n${model.summary}\n`,
      `### Inputs\n\n${titleRow}\n${model.inputs.map(row).join('\n')}\n`,
      `### Outputs\n\n${titleRow}\n${model.outputs.map(row).join('\n')}\n`,
    ].join('\n');
  });
  return page('Resources', 'schema/resources', sections);
}

/** docs/reference/lifecycles.md: operations, statuses and a state diagram for each noun. */
export function lifecyclesPage(tables) {
  const sections = tables.map((table) => {
    const statuses = Object.entries(table.statuses)
      .map(([name, row]) => `| \`${name}\` | ${row.kind} | ${row.meaning} |`)
      .join('\n');
    const operations = Object.entries(table.operations)
      .map(
        ([name, row]) =>
          `| ${name} | ${list(row.from)} | ${list(row.via)} | ${list(row.done)} | ` +
          `${list(row.failed)} | ${row.source} |`,
      )
      .join('\n');
    return [
      `## ${table.noun}\n`,
      `| operation | starts in | passes | ends in | on failure | source |`,
      `| --- | --- | --- | --- | --- | --- |\n${operations}\n`,
      `| status | kind | meaning |\n| --- | --- | --- |\n${statuses}\n`,
      `\`\`\`mermaid\n${diagram(table)}\n\`\`\`\n`,
    ].join('\n');
  });
  return page('Lifecycles', 'schema/lifecycles', sections);
}

function page(title, source, sections) {
  const note = `Generated from \`${source}\`; do not edit.`;
  return `# ${title}\n\n${note}\n\n${sections.join('\n')}`;
}

function diagram(table) {
  const lines = ['stateDiagram-v2'];
  const id = (status) => status.replaceAll('-', '_');
  for (const [name, row] of Object.entries(table.operations)) {
    const froms = row.from.length > 0 ? row.from.map(id) : ['[*]'];
    const ends = (outcome, from) =>
      outcome === '(origin)' ? [from] : [outcome].flat().map((status) => id(status));
    for (const from of froms) {
      const first = row.via[0] ? id(row.via[0]) : null;
      if (first) lines.push(`  ${from} --> ${first}: ${name}`);
      const last = first ? id(row.via.at(-1)) : from;
      for (const end of ends(row.done, from))
        lines.push(`  ${last} --> ${end}${first ? '' : `: ${name}`}`);
      if (first)
        for (const end of ends(row.failed, from)) lines.push(`  ${last} --> ${end}: fails`);
    }
    row.via.slice(1).forEach((status, at) => lines.push(`  ${id(row.via[at])} --> ${id(status)}`));
  }
  return [...new Set(lines)].join('\n');
}

const list = (value) =>
  [value]
    .flat()
    .map((one) => `\`${one}\``)
    .join(' ') || 'nothing';

function kindText(kind) {
  if (kind.type === 'enum') return kind.values.map((value) => `\`${value}\``).join(', ');
  if (kind.type === 'map' || kind.type === 'list') return `${kind.type} of ${kindText(kind.of)}`;
  if (kind.type === 'object') return `object (${Object.keys(kind.fields).join(', ')})`;
  return kind.type;
}

function changeText(field) {
  if (field.presence === 'computed') return '';
  if (field.home === 'tool') return 'steers the tool alone';
  return field.order === 'grow' ? 'grows in place, never shrinks' : field.change;
}
