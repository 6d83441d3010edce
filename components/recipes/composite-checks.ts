// What can be wrong with the settings of each composite, found without any tool. The tools pass
// what they know: a value that is known later is undefined in `known`. Invariant: all problems are
// told at once.
import { planChain } from './chain';
import type { PlannedChain } from './chain';
import { planFleet } from './fleet';
import type { FleetSettings, PlannedFleet } from './fleet';
import type { Known } from './known';
import { unknownProblems } from './known';
import { labelProblems, lengthProblems, partName } from './names';
import type { Problem } from './problem';
import type { BootVolumeProps, GoldenImageProps } from './props';
import type { ProtectedVolumeProps, VolumeFleetProps } from './props';
import { sizeProblems } from './sizes';
import { givenSources, sourceProblems } from './sources';
import type { Sources } from './sources';
import { tagProblems } from './tags';
import type { Tags } from './tags';

/** What is wrong with a GoldenImage called `name`. */
export function goldenImageProblems(
  name: string,
  known: Known<GoldenImageProps>,
  given: object,
): Problem[] {
  const unknown = unknownProblems({ given, known }, { volumeBacked: 1, volumes: 2 });
  if (unknown.length > 0) return unknown;
  const volumes = Object.entries(known.volumes ?? {});
  const names = ['image', 'seed', 'sealed', ...volumes.map(([label]) => label)];
  return [
    ...emptyProblems('filePath', known.filePath),
    ...sizeProblems('sizeGib', known.sizeGib),
    ...tagProblems('tags', known.tags),
    ...tagProblems('properties', known.properties),
    ...lengthProblems(names.map((label) => partName(name, label))),
    ...volumes.flatMap(([label, volume]) => {
      const property = `volumes[${JSON.stringify(label)}]`;
      return [
        ...labelProblems(property, label),
        ...reservedLabelProblems(property, label),
        ...sizeProblems(`${property}.sizeGib`, volume.sizeGib),
        ...tagProblems(`${property}.metadata`, volume.metadata),
      ];
    }),
  ];
}

/**
 * What is wrong with a ProtectedVolume called `name`, and its backups; none of these where the
 * chain cannot say which there are.
 */
export function protectedVolumePlan(
  name: string,
  known: Known<ProtectedVolumeProps>,
  given: Sources & { readonly sizeGib?: unknown },
): PlannedChain {
  const depths = { chain: 9, keep: 1, finalBackup: 1, preventDestroy: 1 };
  const unknown = unknownProblems({ given, known }, depths);
  if (unknown.length > 0) return { problems: unknown, backups: [], expired: [] };
  const plan = planChain(name, known);
  return { ...plan, problems: [...volumeProblems(name, known, given), ...plan.problems] };
}

/** What is wrong with a BootVolume called `name`. */
export function bootVolumeProblems(
  name: string,
  known: Known<BootVolumeProps>,
  given: Sources,
): Problem[] {
  return [
    ...sourceProblems(given, { oneOf: ['imageId', 'snapshotId'] }),
    ...sizeProblems('sizeGib', known.sizeGib),
    ...commonProblems(name, known),
  ];
}

/**
 * What is wrong with a VolumeFleet called `name`, and its members; none of these where the settings
 * cannot say which there are.
 */
export function volumeFleetPlan<Place = string>(
  name: string,
  known: Known<VolumeFleetProps>,
  given: Sources & FleetSettings<Place> & { readonly sizeGib?: unknown },
): PlannedFleet<Place> {
  const unknown = unknownProblems({ given, known }, { count: 1, names: 2, spread: 2 });
  if (unknown.length > 0) return { problems: unknown, members: [] };
  const plan = planFleet(name, given);
  return { ...plan, problems: [...volumeProblems(name, known, given), ...plan.problems] };
}

interface KnownVolume {
  readonly sizeGib?: number | undefined;
  readonly tags?: Tags | undefined;
  readonly metadata?: Tags | undefined;
}

function volumeProblems(
  name: string,
  known: KnownVolume,
  given: Sources & { readonly sizeGib?: unknown },
): Problem[] {
  return [
    ...sourceProblems(given, null),
    ...blankProblems(given),
    ...sizeProblems('sizeGib', known.sizeGib),
    ...commonProblems(name, known),
  ];
}

function commonProblems(name: string, known: KnownVolume): Problem[] {
  return [
    ...emptyProblems('name', name),
    ...lengthProblems([name]),
    ...tagProblems('tags', known.tags),
    ...tagProblems('metadata', known.metadata),
  ];
}

function blankProblems(given: Sources & { readonly sizeGib?: unknown }): Problem[] {
  if (given.sizeGib !== undefined || givenSources(given).length > 0) return [];
  const reason = 'a blank volume needs a size in GiB; give it, or a source';
  return [{ property: 'sizeGib', reason }];
}

function emptyProblems(property: string, value: string | undefined): Problem[] {
  return value === '' ? [{ property, reason: 'is empty; give it, or leave it out' }] : [];
}

/** Labels under which a golden image has parts of its own. */
function reservedLabelProblems(property: string, label: string): Problem[] {
  if (!['image', 'seed', 'sealed'].includes(label)) return [];
  return [{ property, reason: `${label} is a part of every golden image; choose another label` }];
}
