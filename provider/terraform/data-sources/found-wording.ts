// What is said where not exactly one thing is as asked. Invariant: it says how many there are, what
// each filter alone would find, and what to do; values of secrets are never asked for, so none can
// be quoted.
import type { Sought, Tally } from '../../lookups/find-things';
import { isLike } from '../../lookups/find-things';
import { thing } from '../../reconcile-wording';
import type { Observed } from '../../resources/adapter';
import { attributeNameOf } from '../schema/names';
import type { ResourceFace } from '../schema/resource-face';
import { PathRefusal } from '../values/diagnostics';
import { mostRecent, nameRegex } from './filter-attributes';

const mostShown = 5;

/** The refusal where nothing is as asked. It blames the filter that nothing passes alone. */
export function noneFound(
  { model }: ResourceFace,
  asked: { readonly sought: Sought; readonly tally: Tally },
): PathRefusal {
  const { sought, tally } = asked;
  const subject = thing(model);
  const counts = Object.entries(tally.counts);
  const idle = counts.filter(([, count]) => count === 0).map(([name]) => name);
  const [blamed] = idle;
  const path = idle.length === 1 && blamed !== undefined ? [blockName(sought, blamed)] : [];
  if (tally.seen === 0) {
    return new PathRefusal(
      [],
      `No ${subject} is as asked: these credentials can see no ${subject} at all. ` +
        'Look at the project and the region.',
    );
  }
  const said = counts.map(([name, count]) => {
    const filter = filterText(sought, name);
    if (tally.untold.includes(name)) return `the service does not tell ${filter}`;
    return `${count === 0 ? 'none has' : `${count} ${count === 1 ? 'has' : 'have'}`} ${filter}`;
  });
  return new PathRefusal(
    path,
    `No ${subject} is as asked. Of ${tally.seen} that can be seen, ${said.join('; ')}. ` +
      'Leave a filter out, or correct its value.',
  );
}

/** The refusal where several are as asked. */
export function severalFound(face: ResourceFace, found: readonly Observed[]): PathRefusal {
  const subject = thing(face.model);
  const names = found.slice(0, mostShown).map(nameOf);
  const more = found.length > mostShown ? ` and ${found.length - mostShown} more` : '';
  const isDated = face.model.outputs.some(({ name }) => name === 'createdAt');
  const newest = isDated ? `, or take the newest with ${mostRecent} = true` : '';
  return new PathRefusal(
    [],
    `${found.length} are as asked, expected one ${subject}: ${names.join(', ')}${more}. ` +
      `Narrow by another filter or by id${newest}.`,
  );
}

/** The refusal where the thing with an id is not as the other filters ask. */
export function notAsAsked(face: ResourceFace, found: Observed, sought: Sought): PathRefusal {
  const names = [...Object.keys(sought.filters), ...(sought.isNamed ? ['name'] : [])];
  const isMissed = (name: string): boolean => {
    const filters = name in sought.filters ? { [name]: sought.filters[name] } : {};
    const isNamed = name === 'name' && sought.isNamed ? { isNamed: sought.isNamed } : {};
    return !isLike(found, { filters, ...isNamed });
  };
  const blamed = names.find(isMissed) ?? 'name';
  const live = found.inputs[blamed] ?? found.outputs[blamed];
  return new PathRefusal(
    [blockName(sought, blamed)],
    `${thing(face.model)} ${found.id} is not as asked: found ${attributeNameOf(blamed)} = ` +
      `${shown(live)}, expected ${filterText(sought, blamed)}. ` +
      'Leave the filter out, or correct its value or the id.',
  );
}

/** `data (4f0c..., available)`: enough to tell it from the others. */
function nameOf({ id, status, inputs }: Observed): string {
  const name = inputs['name'];
  return `${typeof name === 'string' && name !== '' ? name : 'unnamed'} (${id}, ${status})`;
}

function blockName({ filters }: Sought, name: string): string {
  return name in filters ? attributeNameOf(name) : nameRegex;
}

function filterText(sought: Sought, name: string): string {
  const filter = `${attributeNameOf(name)} = ${shown(sought.filters[name])}`;
  const like = `a name like ${nameRegex}`;
  if (!(name in sought.filters)) return like;
  return name === 'name' && sought.isNamed ? `${filter} and ${like}` : filter;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  const text = typeof value === 'object' ? membersOf(value) : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function membersOf(value: object): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  const members = Object.entries(value).map(([key, member]) => `${key} = ${shown(member)}`);
  return `{ ${members.join(', ')} }`;
}
