// Volumes in number from one source, named and spread, as one construct.
import type { Construct } from 'constructs';
import { volumeFleetPlan } from '../recipes/composite-checks';
import type { VolumeFleetProps } from '../recipes/props';
import { pickSources } from '../recipes/sources';
import { Composite, knownNow, present } from './composite';
import { Volume } from './generated/volume/index';

/**
 * Volumes from one source, called `<name>-1` and so on or by labels of yours, spread over types or
 * zones in turn. A fleet that grows at its end moves none of the volumes that it has. How many
 * there are must be known at synthesis; for a number that terraform learns, give a Volume a count.
 *
 * @example
 * const web = new VolumeFleet(this, "web", { count: 3, imageId: golden.imageId });
 */
export class VolumeFleet extends Composite {
  /** The volumes by label: `1`, or the label that was given. */
  readonly volumes: Readonly<Record<string, Volume>>;
  // A record has no order of its own where labels are numbers.
  readonly #inOrder: readonly Volume[];

  constructor(scope: Construct, id: string, props: VolumeFleetProps) {
    super(scope, id, { title: 'VolumeFleet', props });
    const { problems, members } = volumeFleetPlan(this.baseName, knownNow(props), props);
    this.report(problems);
    const { description, sizeGib, volumeType, availabilityZone, metadata } = props;
    const volumes = members.map((member) => {
      const settings = present({
        ...pickSources(props),
        name: member.name,
        description,
        sizeGib,
        volumeType: member.volumeType ?? volumeType,
        availabilityZone: member.availabilityZone ?? availabilityZone,
        metadata,
      });
      return [member.label, new Volume(this, member.label, settings)] as const;
    });
    this.volumes = Object.fromEntries(volumes);
    this.#inOrder = volumes.map(([, volume]) => volume);
  }

  /** Ids of the volumes, in order. Looked up when asked for, for that fixes their logical ids. */
  get volumeIds(): string[] {
    return this.#inOrder.map(({ id }) => id);
  }

  /** The volume with this label. Throws where there is none. */
  volume(label: string): Volume {
    return this.part(this.volumes, 'volume', label);
  }
}
