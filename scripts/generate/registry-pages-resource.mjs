// The sections of a resource's reference page that follow from the traits of its fields: what a
// change does, how it is imported, what can be moved to it. Invariant: no noun is known here.

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const namesText = (names) => names.map((name) => `\`${snake(name)}\``).join(', ');
const listed = (fields) => namesText(fields.map(({ name }) => name));
const words = (noun) => noun.replaceAll('-', ' ');

/** What another value of each argument does, and which go together. */
export function changes({ model }) {
  const { inputs, noun } = model;
  const thing = words(noun);
  const steering = inputs.filter(({ home }) => home === 'tool');
  const kept = inputs.filter(({ home }) => home === 'service');
  const inPlace = kept.filter(({ change, order }) => change === 'in-place' && order === null);
  const rows = [
    ['altered in place', inPlace],
    ['grown in place; a smaller value is refused by the plan', kept.filter((one) => one.order)],
    [`replaces the ${thing}`, kept.filter(({ change }) => change === 'replace')],
    ['refused by the plan', kept.filter(({ change }) => change === 'never')],
    ['steers the provider alone; the service is not called', steering],
  ].filter(([, fields]) => fields.length > 0);
  const table = rows.map(([what, fields]) => `| ${listed(fields)} | ${what} |`).join('\n');
  return [
    '## What a change does',
    `| argument | another value |\n| --- | --- |\n${table}`,
    ownership(kept, thing),
    ...together(model),
  ].join('\n\n');
}

/** What becomes of values that the program does not say, or no longer says. */
function ownership(kept, thing) {
  const optional = kept.filter(({ presence }) => presence === 'optional');
  const takenOut = [
    [optional.filter(({ change }) => change === 'in-place'), 'cleared'],
    [optional.filter(({ change }) => change === 'replace'), `the ${thing} is replaced`],
    [kept.filter(({ presence }) => presence === 'chosen'), 'left as it is'],
  ];
  const said = takenOut
    .filter(([fields]) => fields.length > 0)
    .map(([fields, what]) => `| ${listed(fields)} | ${what} |`);
  const maps = kept.filter(({ ownKeysOnly }) => ownKeysOnly);
  const keys = maps.length > 0 ? ` In ${listed(maps)} that holds for each key.` : '';
  return [
    `What you write is brought back when it drifts; what you never wrote is taken as it is.${keys}`,
    `| argument | taken out of the program |\n| --- | --- |\n${said.join('\n')}`,
  ].join('\n\n');
}

function together({ inputs, oneOf }) {
  const needed = oneOf.filter((names) => names.length > 0);
  const groups = [...new Set(inputs.map(({ exclusive }) => exclusive).filter(Boolean))];
  const exclusive = groups.map((group) =>
    inputs.filter((one) => one.exclusive === group).map(({ name }) => name),
  );
  const isNeeded = (names) => needed.some((one) => sameNames(one, names));
  const said = [
    ...exclusive.map((names) =>
      isNeeded(names)
        ? `Exactly one of ${namesText(names)} must be given.`
        : `At most one of ${namesText(names)} may be given.`,
    ),
    ...needed
      .filter((names) => !exclusive.some((one) => sameNames(one, names)))
      .map((names) => `At least one of ${namesText(names)} must be given.`),
  ];
  return said.length === 0 ? [] : [said.join(' ')];
}

const sameNames = (one, other) => [...one].sort().join() === [...other].sort().join();

/** Where the statuses of the thing are explained; nothing for a thing without one. */
export function statuses({ model }) {
  if (!model.lifecycle) return null;
  const { noun } = model.lifecycle;
  return (
    '## Statuses\n\n' +
    `Which status means what, and what may be done in it, is in its ` +
    `[lifecycle](../../reference/lifecycles.md#${noun}). One that went to an error status stays ` +
    'in the state with a warning, and the plan heals it.'
  );
}

/** How a thing that exists is taken over. */
export function imports({ typeName, model }) {
  const hasName = model.inputs.some(({ name }) => name === 'name');
  const address = `${typeName}.known`;
  const id = '6f1c9c0e-54a7-4a5c-9f0b-0d3c2c1b7a10';
  const block = (line) => `import {\n  to = ${address}\n  ${line}\n}`;
  const byName = hasName ? ', or by its name where only one has it' : '';
  const shell = [`terraform import ${address} ${id}`];
  if (hasName) shell.push(`terraform import ${address} name=records`);
  return [
    '## Import',
    `By id${byName}. A block imports in the next apply, and \`terraform plan ` +
      '-generate-config-out=known.tf` writes the resource for it:',
    `\`\`\`terraform\n${block(`id = "${id}"`)}\n\`\`\``,
    ...(hasName ? [`\`\`\`terraform\n${block('id = "name=records"')}\n\`\`\``] : []),
    'Terraform 1.12 and later also take the identity:',
    `\`\`\`terraform\n${block(`identity = {\n    id = "${id}"\n  }`)}\n\`\`\``,
    'At once, from the command line:',
    `\`\`\`shell\n${shell.join('\n')}\n\`\`\``,
  ].join('\n\n');
}

/** What other providers' resources can be moved to this one. */
export function moves({ typeName, model: { formerly } }) {
  if (formerly.length === 0) return null;
  const blocks = formerly.map(
    (type) => `moved {\n  from = ${type}.records\n  to   = ${typeName}.records\n}`,
  );
  return [
    '## Moving from another provider',
    'A `moved` block takes the id over from the other state; nothing is made, altered or ' +
      'removed. The other provider is needed until the move is applied.',
    `\`\`\`terraform\n${blocks.join('\n\n')}\n\`\`\``,
  ].join('\n\n');
}
