// Which thing `terraform import` means: its id, `name=NAME`, or a bare name. Invariant: a name
// imports only where one thing has it; where several do, they are listed and none is taken.
import { isFault } from '../../../schema/kernel/fault';
import type { Session } from '../../reconcile';
import { aThing, thing } from '../../reconcile-wording';
import type { Observed, Scope } from '../../resources/adapter';
import { Refusal } from '../../resources/refusal';
import type { ResourceFace } from '../schema/resource-face';

const boundMs = 5 * 60_000;
const mostShown = 5;
const namePrefix = 'name=';

/** The id of the thing that `text` means. Throws where there is none, or more than one. */
export async function importedId(
  face: ResourceFace,
  session: Session,
  text: string,
): Promise<string> {
  const { adapter, model } = face;
  const noun = thing(model);
  const isNamed = text.startsWith(namePrefix);
  if (text.trim() === '' || text.trim() === namePrefix) {
    const what = isNamed ? 'a name' : 'an id';
    throw new Refusal(`Cannot import ${aThing(model)} without ${what}. Give its id, or name=NAME.`);
  }
  const scope = scopeOf(session);
  if (!isNamed && (await isThere(face, scope, text))) return text;
  const name = isNamed ? text.slice(namePrefix.length) : text;
  const found: Observed[] = [];
  for await (const one of adapter.list(scope, { name })) {
    if (one.inputs['name'] === name && one.status !== 'deleting') found.push(one);
  }
  const [only, ...others] = found;
  if (!only) {
    const what = isNamed ? 'with the name' : 'with the id or name';
    throw new Refusal(
      `There is no ${noun} ${what} ${name} that these credentials can see. ` +
        'Look at the id, the project and the region.',
    );
  }
  if (others.length === 0) return only.id;
  const ids = found.slice(0, mostShown).map(({ id }) => id);
  const rest = found.length > mostShown ? ` and ${found.length - mostShown} more` : '';
  throw new Refusal(
    `There are ${found.length} of the name ${name}: ${noun} ${ids.join(', ')}${rest}. ` +
      'Import the one that you mean by its id.',
  );
}

/** A service may refuse as malformed what is a name and no id. */
async function isThere(face: ResourceFace, scope: Scope, id: string): Promise<boolean> {
  if (!/^[\w.-]+$/.test(id)) return false;
  try {
    return (await face.adapter.observe(scope, id)) !== null;
  } catch (error) {
    if (isFault(error) && error.http === 400) return false;
    throw error;
  }
}

function scopeOf({ connection, signal }: Session): Scope {
  const end = AbortSignal.timeout(boundMs);
  return {
    connection,
    deadlineMs: Date.now() + boundMs,
    signal: signal ? AbortSignal.any([signal, end]) : end,
  };
}
