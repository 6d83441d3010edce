// The section `Schema` of a reference page: required, optional and read-only attributes, then the
// nested ones, in the form in which registries show every provider.

const groups = [
  ['Required', (one) => one.required],
  ['Optional', (one) => one.optional],
  ['Read-Only', (one) => one.computed && !one.optional],
];

/** The section of what `attributes` and `blocks` hold. */
export function schemaSection({ attributes, blocks = [] }) {
  const nested = [];
  const own = partsOf({ attributes, blocks }, { path: [], nested });
  return ['## Schema', ...own, ...nested].join('\n\n');
}

/** A type in words: `Map of String`. */
export function typeText(type) {
  if (!Array.isArray(type)) return { string: 'String', number: 'Number', bool: 'Boolean' }[type];
  const [outer, inner] = type;
  if (outer === 'object') return 'Object';
  return `${{ list: 'List', set: 'Set', map: 'Map' }[outer]} of ${typeText(inner)}`;
}

function partsOf({ attributes, blocks = [] }, given) {
  return groups.flatMap(([title, isOfIt]) => {
    const lines = attributes.filter(isOfIt).map((one) => line(one, given));
    if (title === 'Optional') lines.push(...blocks.map((block) => blockLine(block, given)));
    return lines.length > 0 ? [`### ${title}`, lines.join('\n')] : [];
  });
}

function line(attribute, { path, nested }) {
  const { name, nested: inside, sensitive, writeOnly, type } = attribute;
  const below = [...path, name];
  const traits = [
    inside ? nestedText(inside.mode) : typeText(type),
    ...(sensitive ? ['Sensitive'] : []),
    ...(writeOnly ? ['Write-only'] : []),
  ];
  const see = inside ? ` (see [below](#nestedatt--${below.join('--')}))` : '';
  if (inside) nested.push(...nestedSections('att', inside, { path: below, nested: [] }));
  return `- \`${name}\` (${traits.join(', ')}) ${attribute.description}${see}`.trimEnd();
}

function blockLine({ name, description, attributes }, { path, nested }) {
  const below = [...path, name];
  nested.push(...nestedSections('block', { attributes }, { path: below, nested: [] }));
  return `- \`${name}\` (Block) ${description} (see [below](#nestedblock--${below.join('--')}))`;
}

function nestedSections(kind, { attributes }, given) {
  const { path, nested } = given;
  const parts = partsOf({ attributes }, given);
  return [
    `<a id="nested${kind}--${path.join('--')}"></a>`,
    `### Nested Schema for \`${path.join('.')}\``,
    // Headings of a nested part are no headings: the contents of the page stay short.
    ...parts.map((part) => part.replace(/^### (.*)$/, '$1:')),
    ...nested,
  ];
}

function nestedText(mode) {
  return (
    { single: 'Attributes', list: 'Attributes List', set: 'Attributes Set' }[mode] ??
    'Attributes Map'
  );
}
