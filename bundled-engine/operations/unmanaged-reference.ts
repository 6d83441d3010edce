// How a caller names what lies in a pool unmanaged: by its name there, or by the id that it had.
// Invariant: what the engine lets go of is found under the name that says which id it had, in the
// form that Cinder's own drivers use (volume-ID, snapshot-ID).
import type { Driver, Managed, UnmanagedThings } from '../drivers/driver';
import { stepFaults } from './storage-faults';

/** What can lie in a pool. */
export type UnmanagedKind = 'volume' | 'snapshot';

/** A reference as it came: an object with source-name or source-id, or a name alone. */
export type Reference = Readonly<Record<string, unknown>> | string | null;

const namedById = /^(volume|snapshot)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** The name under which a thing of this id lies once it was let go of. */
export function unmanagedName(kind: UnmanagedKind, id: string): string {
  return `${kind}-${id}`;
}

/** The id that a name says its thing had; null for any other name. */
export function idInName(kind: UnmanagedKind, name: string): string | null {
  const match = namedById.exec(name);
  return match?.[1] === kind ? (match[2]?.toLowerCase() ?? null) : null;
}

/** The name that a reference means; null where it means none. */
export function nameOf(kind: UnmanagedKind, reference: Reference): string | null {
  if (typeof reference === 'string') return reference;
  const name = reference?.['source-name'];
  if (typeof name === 'string') return name;
  const id = reference?.['source-id'];
  return typeof id === 'string' ? unmanagedName(kind, id.toLowerCase()) : null;
}

/** The name of what a reference means and its size; fails with `referenceInvalid`. */
export async function referenced(
  unmanaged: UnmanagedThings,
  kind: UnmanagedKind,
  reference: Reference,
): Promise<{ readonly name: string; readonly sizeBytes: number }> {
  const refuse = (reason: string): Error =>
    stepFaults.referenceInvalid({ reference: JSON.stringify(reference), reason });
  const name = nameOf(kind, reference);
  if (name === null) throw refuse('Reference must contain source-name or source-id element.');
  const things = await unmanaged.list();
  const thing = things.find((each) => each.kind === kind && each.name === name);
  if (!thing) throw refuse(`no unmanaged ${kind} in the pool has that name.`);
  if (thing.problem !== null) throw refuse(`${thing.problem}.`);
  return { name, sizeBytes: thing.sizeBytes };
}

/**
 * Leaves a thing's bytes in the pool under the name that tells its id; does nothing where it has
 * none, as one that could never be made. Repeatable.
 */
export async function leaveInPool(driver: Driver, thing: Managed): Promise<void> {
  await giveBack(driver, thing, namesOf(thing).name);
}

/** Takes back what leaveInPool() left; does nothing where it left nothing. Repeatable. */
export async function takeBack(driver: Driver, thing: Managed): Promise<void> {
  const { kind, name } = namesOf(thing);
  const things = await driver.unmanaged.list();
  const isThere = things.some((each) => each.kind === kind && each.name === name);
  if (isThere) await driver.unmanaged.adopt(thing, name);
}

/** Gives the bytes of a thing a name; does nothing where it has none. Repeatable. */
export async function giveBack(driver: Driver, thing: Managed, name: string): Promise<void> {
  const { kind, id } = namesOf(thing);
  const { volumes, snapshots } = await driver.list();
  const has = (kind === 'volume' ? volumes : snapshots).includes(id);
  if (has) await driver.unmanaged.letGo(thing, name);
}

function namesOf(thing: Managed): { kind: UnmanagedKind; id: string; name: string } {
  const kind = 'volume' in thing ? 'volume' : 'snapshot';
  const id = 'volume' in thing ? thing.volume : thing.snapshot;
  return { kind, id, name: unmanagedName(kind, id) };
}
