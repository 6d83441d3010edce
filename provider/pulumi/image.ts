// The Pulumi class of images. It declares types alone: what it does is in the handlers, what its
// fields are in schema/resources.
import type { CustomResourceOptions, ID, Input } from '@pulumi/pulumi';
import { image } from '../../schema/resources/image';
import type { ArgsOf, PropertiesOf } from './declared-resource';
import { DeclaredResource } from './declared-resource';

/** Arguments of an Image. */
export type ImageArgs = ArgsOf<typeof image>;

/** Properties of an Image, read back from the service. */
export interface Image extends PropertiesOf<
  typeof image,
  | 'name'
  | 'diskFormat'
  | 'containerFormat'
  | 'minDiskGib'
  | 'minRamMib'
  | 'visibility'
  | 'protected'
> {}

/**
 * A disk image from a local file or from a volume; volumes and servers start from it. One made from
 * a volume whose driver can clone is volume-backed: no byte is copied.
 *
 * @example
 * const base = new Image("base", { filePath: "debian.qcow2" });
 * const golden = new Image("golden", { volumeId: prepared.id, volumeBacked: "required" });
 */
export class Image extends DeclaredResource {
  constructor(name: string, args: ImageArgs, options: CustomResourceOptions = {}) {
    super(image, name, { args, options });
  }

  /** Looks at an existing image by its id, without managing it. Fails where there is none. */
  static get(name: string, id: Input<ID>, options: CustomResourceOptions = {}): Image {
    return new Image(name, {}, { ...options, id });
  }
}
