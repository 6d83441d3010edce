// A disk image file made into an image, sealed as a volume-backed image where the service can, and
// the volumes that start from it. Invariant: every volume starts from the image in `imageId`.
import type { Construct } from 'constructs';
import { goldenImageProblems } from '../recipes/composite-checks';
import { partName } from '../recipes/names';
import type { GoldenImageProps, GoldenVolumeProps } from '../recipes/props';
import { Composite, knownNow, present } from './composite';
import type { ImageConfig } from './generated/image/index';
import { Image } from './generated/image/index';
import { Volume } from './generated/volume/index';

/**
 * A disk image file as an image, a volume made from it, that volume sealed as a volume-backed
 * image, and volumes cloned from it: no byte is copied for them where the driver can clone.
 *
 * @example
 * const golden = new GoldenImage(this, "debian", { filePath: "debian.qcow2" });
 * new VolumeFleet(this, "fleet", { count: 3, imageId: golden.imageId });
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

  constructor(scope: Construct, id: string, props: GoldenImageProps) {
    super(scope, id, { title: 'GoldenImage', props });
    this.report(goldenImageProblems(this.baseName, knownNow(props), props));
    const { filePath, diskFormat, volumeType, availabilityZone } = props;
    this.image = this.makeImage('image', present({ filePath, diskFormat }), props);
    if (props.volumeBacked !== 'no') {
      this.seed = this.makeVolume('seed', this.image, props);
      const from = { volumeId: this.seed.id, volumeBacked: props.volumeBacked ?? 'preferred' };
      this.sealed = this.makeImage('sealed', from, props);
    }
    const source = this.sealed ?? this.image;
    this.volumes = Object.fromEntries(
      Object.entries(props.volumes ?? {}).map(([label, own]) => [
        label,
        this.makeVolume(label, source, { volumeType, availabilityZone, ...own }),
      ]),
    );
  }

  /** Id of the image to make volumes from: the sealed one where there is one. */
  get imageId(): string {
    return (this.sealed ?? this.image).id;
  }

  /** The volume with this label. Throws where there is none. */
  volume(label: string): Volume {
    return this.part(this.volumes, 'volume', label);
  }

  private makeImage(label: string, from: ImageConfig, props: GoldenImageProps): Image {
    const { minDiskGib, visibility, properties } = props;
    const name = partName(this.baseName, label);
    return new Image(this, label, {
      ...from,
      ...present({ name, minDiskGib, visibility, properties }),
    });
  }

  private makeVolume(label: string, source: Image, own: GoldenVolumeProps): Volume {
    const { sizeGib, volumeType, availabilityZone, metadata } = own;
    const name = partName(this.baseName, label);
    return new Volume(this, label, {
      imageId: source.id,
      ...present({ name, sizeGib, volumeType, availabilityZone, metadata }),
    });
  }
}
