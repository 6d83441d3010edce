// Volumes in number from one source, named and spread, as one component resource.
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { all } from '@pulumi/pulumi';
import { Volume } from '../../provider/pulumi/volume';
import { volumeFleetPlan } from '../recipes/composite-checks';
import type { Spread } from '../recipes/fleet';
import type { VolumeFleetProps } from '../recipes/props';
import { pickSources } from '../recipes/sources';
import type { InputsOf } from './composite';
import { Composite, knownNow } from './composite';

/** Arguments of a VolumeFleet. */
export type VolumeFleetArgs = Omit<
  InputsOf<VolumeFleetProps, 'name' | 'count' | 'names'>,
  'spread'
> & {
  /** Types and zones to go through in turn. Add volumes at the end, so that none is moved. */
  readonly spread?: Spread<Input<string>> | undefined;
};

/**
 * Volumes from one source, called `<name>-1` and so on or by labels of yours, spread over types or
 * zones in turn. A fleet that grows at its end moves none of the volumes that it has.
 *
 * @example
 * const web = new VolumeFleet("web", { count: 3, imageId: golden.imageId });
 * export const ids = web.volumeIds;
 */
export class VolumeFleet extends Composite {
  /** The volumes by label: `1`, or the label that was given. */
  readonly volumes: Readonly<Record<string, Volume>>;
  /** Ids of the volumes, in order. */
  readonly volumeIds: Output<string[]>;

  constructor(name: string, args: VolumeFleetArgs, options: ComponentResourceOptions = {}) {
    super({ title: 'VolumeFleet', name, args, options });
    const { problems, members } = volumeFleetPlan(
      this.baseName,
      knownNow<VolumeFleetProps>(args),
      args,
    );
    this.refuse(problems);
    const { description, sizeGib, volumeType, availabilityZone } = args;
    const volumes = members.map((member) => {
      const settings = {
        ...pickSources(args),
        name: member.name,
        description,
        sizeGib,
        volumeType: member.volumeType ?? volumeType,
        availabilityZone: member.availabilityZone ?? availabilityZone,
        metadata: this.tagged(args.metadata),
      };
      return new Volume(this.partOf(member.label), settings, this.partOptions());
    });
    this.volumes = Object.fromEntries(
      members.map(({ label }, at) => [label, volumes[at] as Volume]),
    );
    this.volumeIds = all(volumes.map(({ id }) => id));
    this.registerOutputs({ volumeIds: this.volumeIds });
  }

  /** The volume with this label. Throws where there is none. */
  volume(label: string): Volume {
    return this.part(this.volumes, 'volume', label);
  }
}
