// A volume to boot from, with checks that it can be one. Invariants: its source is looked at before
// it is made; a volume that turns out not to be bootable fails the program, and is not hidden.
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { all, output } from '@pulumi/pulumi';
import { Image } from '../../provider/pulumi/image';
import { Snapshot } from '../../provider/pulumi/snapshot';
import { Volume } from '../../provider/pulumi/volume';
import { bootVolumeProblems } from '../recipes/composite-checks';
import type { BootSource } from '../recipes/boot-source';
import { bootSourceProblems, notBootable } from '../recipes/boot-source';
import type { BootVolumeProps } from '../recipes/props';
import type { InputsOf } from './composite';
import { Composite, knownNow } from './composite';

/** Arguments of a BootVolume. */
export type BootVolumeArgs = InputsOf<BootVolumeProps, 'name'>;

/**
 * A bootable volume from an image or a snapshot. The source is looked up first: it must be ready,
 * and its bytes must fit.
 *
 * @example
 * const boot = new BootVolume("boot", { imageId: golden.imageId, sizeGib: 20 });
 */
export class BootVolume extends Composite {
  /** The volume. */
  readonly volume: Volume;
  /** Id of the volume. */
  readonly volumeId: Output<string>;
  /** The image that it starts from, as the service has it; undefined with a snapshot. */
  readonly image: Image | undefined;
  /** The snapshot that it starts from, as the service has it; undefined with an image. */
  readonly snapshot: Snapshot | undefined;

  constructor(name: string, args: BootVolumeArgs, options: ComponentResourceOptions = {}) {
    super({ title: 'BootVolume', name, args, options });
    const known = knownNow<BootVolumeProps>(args);
    this.refuse(bootVolumeProblems(this.baseName, known, args));
    if (args.imageId !== undefined) {
      this.image = Image.get(this.partOf('image'), args.imageId, this.partOptions());
    } else if (args.snapshotId !== undefined) {
      this.snapshot = Snapshot.get(this.partOf('snapshot'), args.snapshotId, this.partOptions());
    }
    this.volume = new Volume(this.partOf('volume'), this.settings(args), this.partOptions());
    this.volumeId = this.volume.id;
    // Apart from the id: a refusal within an output that is sent on would be shown with a stack.
    this.volume.bootable.apply((bootable) => {
      if (!bootable) this.refuse([notBootable]);
    });
    this.registerOutputs({ volumeId: this.volumeId });
  }

  private settings(args: BootVolumeArgs): ConstructorParameters<typeof Volume>[1] {
    const { description, sizeGib, volumeType, availabilityZone } = args;
    const metadata = this.tagged(args.metadata);
    const name = this.baseName;
    const rest = { name, description, sizeGib, volumeType, availabilityZone, metadata };
    if (this.image) {
      const { id, status, minDiskGib, virtualSizeBytes } = this.image;
      return {
        ...rest,
        imageId: this.checked('image', { id, status, minDiskGib, virtualSizeBytes }, sizeGib),
      };
    }
    const { id, status, sizeGib: minDiskGib } = this.snapshot ?? {};
    return { ...rest, snapshotId: this.checked('snapshot', { id, status, minDiskGib }, sizeGib) };
  }

  /** Id of the source, given on once the source was looked at: nothing is made before. */
  private checked(
    kind: BootSource['kind'],
    seen: { readonly [K in Exclude<keyof BootSource, 'kind'>]?: Input<BootSource[K]> },
    wantedGib: Input<number> | undefined,
  ): Output<string> {
    return all([output(seen), output(wantedGib)]).apply(([source, sizeGib]) => {
      this.refuse(bootSourceProblems({ ...source, kind }, sizeGib));
      return source.id ?? '';
    });
  }
}
