// A fleet: which volumes there are, how they are called, where each of them lies. Invariant: a
// member's name and place are told by its label and its position alone, so that a fleet that grows
// at its end moves none of those that it has.
import { labelProblems, lengthProblems, partName, repeatedLabels } from './names';
import type { Problem } from './problem';

/** What to spread members over, in turn. With both, every pairing is used before one repeats. */
export interface Spread<Place = string> {
  /** Names or ids of volume types. */
  readonly volumeTypes?: readonly Place[] | undefined;
  /** Names of zones. */
  readonly availabilityZones?: readonly Place[] | undefined;
}

/** What says which members there are. How many places there are is known, what they are may not. */
export interface FleetSettings<Place = string> {
  readonly count?: number | undefined;
  readonly names?: readonly string[] | undefined;
  readonly spread?: Spread<Place> | undefined;
  readonly volumeType?: unknown;
  readonly availabilityZone?: unknown;
}

/** One volume of a fleet. */
export interface Member<Place = string> {
  /** Unique within the fleet: `1`, or the name that the program gives. */
  readonly label: string;
  readonly name: string;
  readonly volumeType: Place | undefined;
  readonly availabilityZone: Place | undefined;
}

/** The members of a fleet, and what is wrong with its settings. */
export interface PlannedFleet<Place = string> {
  readonly problems: readonly Problem[];
  readonly members: readonly Member<Place>[];
}

/** More volumes than this are taken for a slip. */
export const largestFleet = 10_000;

/** The members of a fleet called `base`; none where the settings cannot say which there are. */
export function planFleet<Place>(
  base: string,
  settings: FleetSettings<Place>,
): PlannedFleet<Place> {
  const problems = [...memberProblems(settings), ...spreadProblems(settings)];
  if (problems.length > 0) return { problems, members: [] };
  const members = labelsOf(settings).map((label, at) => ({
    label,
    name: partName(base, label),
    ...placeOf(at, settings.spread ?? {}),
  }));
  const tooLong = lengthProblems(members.map(({ name }) => name));
  return { problems: tooLong, members: tooLong.length > 0 ? [] : members };
}

function labelsOf({ count, names }: FleetSettings<unknown>): readonly string[] {
  return names ?? Array.from({ length: count ?? 0 }, (_, at) => String(at + 1));
}

function placeOf<Place>(
  at: number,
  spread: Spread<Place>,
): Pick<Member<Place>, 'volumeType' | 'availabilityZone'> {
  const { availabilityZones: zones = [], volumeTypes: types = [] } = spread;
  const round = zones.length === 0 ? at : Math.floor(at / zones.length);
  return { availabilityZone: zones[at % zones.length], volumeType: types[round % types.length] };
}

function memberProblems({ count, names }: FleetSettings<unknown>): Problem[] {
  if (count !== undefined && names !== undefined) {
    return [{ property: 'names', reason: 'count and names exclude each other; give one of them' }];
  }
  if (names !== undefined) {
    const property = (at: number): string => `names[${at}]`;
    return [
      ...names.flatMap((name, at) => labelProblems(property(at), name)),
      ...repeatedLabels(names, property),
    ];
  }
  if (count === undefined) {
    return [{ property: 'count', reason: 'count or names is needed; none is given' }];
  }
  if (Number.isInteger(count) && count >= 0 && count <= largestFleet) return [];
  const reason = `must be a whole number from 0 to ${largestFleet}; found ${String(count)}`;
  return [{ property: 'count', reason }];
}

function spreadProblems(settings: FleetSettings<unknown>): Problem[] {
  const { spread = {} } = settings;
  const pairs = [
    ['volumeTypes', 'volumeType'],
    ['availabilityZones', 'availabilityZone'],
  ] as const;
  return pairs.flatMap(([many, single]) => {
    const property = `spread.${many}`;
    const values = spread[many];
    if (values === undefined) return [];
    if (settings[single] !== undefined) {
      return [{ property, reason: `it and ${single} exclude each other; give one of them` }];
    }
    if (values.length === 0) {
      return [{ property, reason: 'is empty; name at least one, or leave it out' }];
    }
    // What is known later is told apart by its place in the list alone.
    const texts = values.map((value, at) => (typeof value === 'string' ? value : `\n${at}`));
    return repeatedLabels(texts, (at) => `${property}[${at}]`);
  });
}
