// A volume to boot from, with checks that it can be one. Invariants: its source is looked at before
// it is made; a volume that turns out not to be bootable fails the apply, and is not hidden.
import { Fn, Op, TerraformSelf } from 'cdktf';
import type { Precondition } from 'cdktf';
import type { Construct } from 'constructs';
import { notBootable, readyStatus } from '../recipes/boot-source';
import { bootVolumeProblems } from '../recipes/composite-checks';
import type { BootVolumeProps } from '../recipes/props';
import { gibBytes } from '../recipes/sizes';
import { Composite, knownNow, present } from './composite';
import { DataCinderkitImage } from './generated/data-cinderkit-image/index';
import { DataCinderkitSnapshot } from './generated/data-cinderkit-snapshot/index';
import { Volume } from './generated/volume/index';

/**
 * A bootable volume from an image or a snapshot. The source is looked up first: it must be ready,
 * and its bytes must fit.
 *
 * @example
 * const boot = new BootVolume(this, "boot", { imageId: golden.imageId, sizeGib: 20 });
 */
export class BootVolume extends Composite {
  /** The volume. */
  readonly volume: Volume;
  /** The image that it starts from, as the service has it; undefined with a snapshot. */
  readonly image: DataCinderkitImage | undefined;
  /** The snapshot that it starts from, as the service has it; undefined with an image. */
  readonly snapshot: DataCinderkitSnapshot | undefined;

  constructor(scope: Construct, id: string, props: BootVolumeProps) {
    super(scope, id, { title: 'BootVolume', props });
    this.report(bootVolumeProblems(this.baseName, knownNow(props), props));
    const { imageId, snapshotId } = props;
    if (imageId !== undefined) {
      this.image = new DataCinderkitImage(this, 'image', { id: imageId });
    } else if (snapshotId !== undefined) {
      this.snapshot = new DataCinderkitSnapshot(this, 'snapshot', { id: snapshotId });
    }
    this.volume = this.makeVolume(props);
  }

  /** Id of the volume, which has proved to be bootable. */
  get volumeId(): string {
    return this.volume.id;
  }

  private makeVolume(props: BootVolumeProps): Volume {
    const { description, imageId, snapshotId, sizeGib, volumeType, availabilityZone } = props;
    const { metadata } = props;
    const name = this.baseName;
    const rest = { name, description, sizeGib, volumeType, availabilityZone, metadata };
    return new Volume(this, 'volume', {
      ...present({ ...rest, imageId, snapshotId }),
      lifecycle: {
        precondition: [...this.readiness(), ...this.room(sizeGib)],
        postcondition: [
          {
            condition: Op.eq(TerraformSelf.getAny('bootable'), true),
            errorMessage: `${this.baseName}: ${notBootable.reason}.`,
          },
        ],
      },
    });
  }

  private readiness(): Precondition[] {
    const { image, snapshot } = this;
    const kind = image ? 'image' : 'snapshot';
    const source = image ?? snapshot;
    if (!source) return [];
    const ready = readyStatus[kind];
    const errorMessage =
      `${this.baseName}: ${kind} ${source.id} is ${source.status}; a volume is made from one ` +
      `that is ${ready}.`;
    return [{ condition: Op.eq(source.status, ready), errorMessage }];
  }

  private room(sizeGib: number | undefined): Precondition[] {
    const needed = this.neededGib();
    if (sizeGib === undefined || needed === undefined) return [];
    const errorMessage =
      `${this.baseName}: ${sizeGib} GiB cannot hold its source, which needs ` +
      `${needed.toString()} GiB. Set that much or more, or leave sizeGib out.`;
    return [{ condition: Op.gte(sizeGib, needed), errorMessage }];
  }

  private neededGib(): number | undefined {
    if (this.snapshot) return this.snapshot.sizeGib;
    if (!this.image) return undefined;
    const { minDiskGib, virtualSizeBytes } = this.image;
    const virtualGib = Fn.ceil(
      // A division is a number that the library types as an expression.
      Op.div(Fn.coalesce([virtualSizeBytes, 0]), gibBytes) as unknown as number,
    );
    return Fn.max([1, Fn.coalesce([minDiskGib, 0]), virtualGib]);
  }
}
