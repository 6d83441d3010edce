// The Pulumi class of volumes. It declares types alone: what it does is in the handlers, what its
// fields are in schema/resources.
import type { CustomResourceOptions, ID, Input } from '@pulumi/pulumi';
import { volume } from '../../schema/resources/volume';
import type { ArgsOf, PropertiesOf } from './declared-resource';
import { DeclaredResource } from './declared-resource';

/** Arguments of a Volume. */
export type VolumeArgs = ArgsOf<typeof volume>;

/** Properties of a Volume, read back from the service. */
export interface Volume extends PropertiesOf<
  typeof volume,
  'name' | 'sizeGib' | 'availabilityZone'
> {}

/**
 * A block device: blank, or with the bytes of an image, snapshot, volume or backup.
 *
 * Growing, renaming, metadata and type are altered in place; a smaller size is refused; another
 * source or zone replaces it. `onDelete` says what removing it does.
 *
 * @example
 * const data = new Volume("data", { sizeGib: 10 });
 * export const status = data.status;
 */
export class Volume extends DeclaredResource {
  constructor(name: string, args: VolumeArgs, options: CustomResourceOptions = {}) {
    super(volume, name, { args, options });
  }

  /** Looks at an existing volume by its id, without managing it. Fails where there is none. */
  static get(name: string, id: Input<ID>, options: CustomResourceOptions = {}): Volume {
    return new Volume(name, {}, { ...options, id });
  }
}
