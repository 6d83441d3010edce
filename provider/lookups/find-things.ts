// Finds the things of one noun that have the values asked for. Invariant: the service may narrow,
// but what is found is always compared here as well; what a list does not tell of a thing is asked
// of the thing itself before it is left out.
import { isEmpty } from '../reconcile-compare';
import type { Adapter, Observed, Scope, Values } from '../resources/adapter';

/** What is looked for. */
export interface Sought {
  /** Values by field name; of maps and lists, members that must be there. */
  readonly filters: Values;
  /** What the name must be like. */
  readonly isNamed?: (name: string) => boolean;
}

/** How many of the things that can be seen have what one filter asks for. */
export interface Tally {
  readonly seen: number;
  /** By field name, in the order of the filters; `name` counts both filters of names. */
  readonly counts: Readonly<Record<string, number>>;
  /** Fields that the service tells of none of them. */
  readonly untold: readonly string[];
}

/** Requests under way at once for what lists do not tell. */
const mostAtOnce = 8;

/**
 * Things that are as `sought`, in the order of the service. Of those a list does not tell whole,
 * the rest may still be missing: see wholeThings.
 */
export async function findThings(
  adapter: Adapter,
  scope: Scope,
  sought: Sought,
): Promise<readonly Observed[]> {
  const likely: Observed[] = [];
  for await (const one of adapter.list(scope, sought.filters)) {
    if (isLike(one, told(one, sought))) likely.push(one);
  }
  const names = Object.keys(sought.filters);
  const shown = await atOnce(likely, async (one) =>
    names.every((name) => tells(one, name)) ? one : adapter.observe(scope, one.id),
  );
  return shown.filter((one) => one !== null).filter((one) => isLike(one, sought));
}

/**
 * Things that are as `sought`, one by one as pages come in; whoever stops reading stops the paging.
 */
export async function* eachThing(
  adapter: Adapter,
  scope: Scope,
  sought: Sought,
): AsyncIterable<Observed> {
  const names = Object.keys(sought.filters);
  for await (const one of adapter.list(scope, sought.filters)) {
    if (!isLike(one, told(one, sought))) continue;
    const isWhole = names.every((name) => tells(one, name));
    const shown = isWhole ? one : await adapter.observe(scope, one.id);
    if (shown && isLike(shown, sought)) yield shown;
  }
}

/** `found` with what only showing a thing by itself tells; without those that went meanwhile. */
export async function wholeThings(
  adapter: Adapter,
  scope: Scope,
  found: readonly Observed[],
): Promise<readonly Observed[]> {
  // Inputs that a list leaves out are left out by the service altogether.
  const promised = adapter.model.outputs.map(({ name }) => name);
  const shown = await atOnce(found, async (one) =>
    promised.every((name) => tells(one, name)) ? one : adapter.observe(scope, one.id),
  );
  return shown.filter((one) => one !== null);
}

/** Why nothing, or too much, is like `sought`: what each filter alone would find. */
export async function tallyThings(adapter: Adapter, scope: Scope, sought: Sought): Promise<Tally> {
  const { filters, isNamed } = sought;
  const names = [...new Set([...Object.keys(filters), ...(isNamed ? ['name'] : [])])];
  const counts = new Map(names.map((name) => [name, 0]));
  const untold = new Set(Object.keys(filters));
  let seen = 0;
  // Hints of one filter would hide what the others find.
  for await (const one of adapter.list(scope, {})) {
    seen += 1;
    for (const name of names) {
      if (tells(one, name)) untold.delete(name);
      const alone = name in filters ? { [name]: filters[name] } : {};
      const isLikeIt = isLike(one, {
        filters: alone,
        ...(isNamed && name === 'name' ? { isNamed } : {}),
      });
      if (isLikeIt) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return { seen, counts: Object.fromEntries(counts), untold: [...untold] };
}

/** Whether `observed` has everything that is sought. */
export function isLike(observed: Observed, { filters, isNamed }: Sought): boolean {
  if (isNamed && !isNamed(String(observed.inputs['name'] ?? ''))) return false;
  return Object.entries(filters).every(([name, wanted]) => hasValue(observed, name, wanted));
}

/** Newest first; things of the same moment, and those without one, stay in their order. */
export function newestFirst(found: readonly Observed[]): readonly Observed[] {
  const momentOf = ({ outputs }: Observed) => Date.parse(String(outputs['createdAt'])) || 0;
  return [...found].sort((a, b) => momentOf(b) - momentOf(a));
}

/** The part of `sought` that can be decided by what `observed` tells. */
function told(observed: Observed, { filters, isNamed }: Sought): Sought {
  const pairs = Object.entries(filters).filter(([name]) => tells(observed, name));
  return { filters: Object.fromEntries(pairs), ...(isNamed ? { isNamed } : {}) };
}

function tells({ inputs, outputs }: Observed, name: string): boolean {
  return Object.hasOwn(inputs, name) || Object.hasOwn(outputs, name);
}

function hasValue(observed: Observed, name: string, wanted: unknown): boolean {
  const live = Object.hasOwn(observed.inputs, name)
    ? observed.inputs[name]
    : observed.outputs[name];
  if (typeof wanted === 'string' && observed.spellings?.[name]?.includes(wanted)) return true;
  return covers(wanted, live);
}

/** Whether `live` has all of `wanted`: an empty text is the same as none. */
function covers(wanted: unknown, live: unknown): boolean {
  if (Array.isArray(wanted)) {
    const members: readonly unknown[] = Array.isArray(live) ? live : [];
    return wanted.every((one) => members.some((member) => covers(one, member)));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    const members = new Map<string, unknown>(Object.entries(live ?? {}));
    return Object.entries(wanted).every(
      ([key, value]) => members.has(key) && covers(value, members.get(key)),
    );
  }
  return wanted === live || (isEmpty(wanted) && isEmpty(live));
}

async function atOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) results[at] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, items.length) }, worker));
  return results;
}
