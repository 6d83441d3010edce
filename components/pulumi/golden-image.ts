// A disk image file made into an image, sealed as a volume-backed image where the service can, and
// the volumes that start from it. Invariant: every volume starts from the image in `imageId`.
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { Image } from '../../provider/pulumi/image';
import { Volume } from '../../provider/pulumi/volume';
import { goldenImageProblems } from '../recipes/composite-checks';
import { partName } from '../recipes/names';
import type { GoldenImageProps } from '../recipes/props';
import type { InputsOf } from './composite';
import { Composite, knownNow } from './composite';

/** Arguments of a GoldenImage. */
export type GoldenImageArgs = Omit<
  InputsOf<GoldenImageProps, 'name' | 'volumeBacked'>,
  'volumes'
> & {
  /** Volumes to make, by label. */
  readonly volumes?: Readonly<Record<string, GoldenVolumeArgs>> | undefined;
};

/** Arguments of one volume of a golden image. */
export type GoldenVolumeArgs = InputsOf<NonNullable<GoldenImageProps['volumes']>[string]>;

/**
 * A disk image file as an image, a volume made from it, that volume sealed as a volume-backed
 * image, and volumes cloned from it: no byte is copied for them where the driver can clone.
 *
 * @example
 * const golden = new GoldenImage("debian", { filePath: "debian.qcow2", volumes: { web: {} } });
 * const more = new VolumeFleet("fleet", { count: 3, imageId: golden.imageId });
 */
export class GoldenImage extends Composite {
  /** The image with the file's bytes. */
  readonly image: Image;
  /** The volume that is sealed; undefined with `volumeBacked: "no"`. */
  readonly seed: Volume | undefined;
  /** The volume-backed image; undefined with `volumeBacked: "no"`. */
  readonly sealed: Image | undefined;
  /** The volumes by label. */
  readonly volumes: Readonly<Record<string, Volume>>;
  /** Id of the image to make volumes from: the sealed one where there is one. */
  readonly imageId: Output<string>;

  constructor(name: string, args: GoldenImageArgs, options: ComponentResourceOptions = {}) {
    super({ title: 'GoldenImage', name, args, options });
    const known = knownNow<GoldenImageProps>(args);
    this.refuse(goldenImageProblems(this.baseName, known, args));
    const { filePath, diskFormat } = args;
    this.image = this.makeImage('image', { filePath, diskFormat }, args);
    if (args.volumeBacked !== 'no') {
      this.seed = this.makeVolume('seed', this.image, args);
      const from = { volumeId: this.seed.id, volumeBacked: args.volumeBacked ?? 'preferred' };
      this.sealed = this.makeImage('sealed', from, args);
    }
    const source = this.sealed ?? this.image;
    this.imageId = source.id;
    const { volumeType, availabilityZone } = args;
    this.volumes = Object.fromEntries(
      Object.entries(args.volumes ?? {}).map(([label, own]) => [
        label,
        this.makeVolume(label, source, { volumeType, availabilityZone, ...own }),
      ]),
    );
    this.registerOutputs({
      imageId: this.imageId,
      volumeIds: Object.fromEntries(
        Object.entries(this.volumes).map(([label, { id }]) => [label, id]),
      ),
    });
  }

  /** The volume with this label. Throws where there is none. */
  volume(label: string): Volume {
    return this.part(this.volumes, 'volume', label);
  }

  private makeImage(
    label: string,
    from: ConstructorParameters<typeof Image>[1],
    args: GoldenImageArgs,
  ): Image {
    const settings = {
      ...from,
      name: partName(this.baseName, label),
      minDiskGib: args.minDiskGib,
      visibility: args.visibility,
      properties: this.tagged(args.properties),
    };
    return new Image(this.partOf(label), settings, this.partOptions());
  }

  private makeVolume(label: string, source: Image, own: GoldenVolumeArgs): Volume {
    const { sizeGib, volumeType, availabilityZone } = own;
    const settings = {
      name: partName(this.baseName, label),
      imageId: source.id,
      sizeGib,
      volumeType,
      availabilityZone,
      metadata: this.tagged(own.metadata),
    };
    return new Volume(this.partOf(label), settings, this.partOptions());
  }
}
