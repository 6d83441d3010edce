// The Pulumi class of volume types. It declares types alone: what it does is in the handlers, what
// its fields are in schema/resources.
import type { CustomResourceOptions, ID, Input } from '@pulumi/pulumi';
import { volumeType } from '../../schema/resources/volume-type';
import type { ArgsOf, PropertiesOf } from './declared-resource';
import { DeclaredResource } from './declared-resource';

/** Arguments of a VolumeType. */
export type VolumeTypeArgs = ArgsOf<typeof volumeType>;

/** Properties of a VolumeType, read back from the service. */
export interface VolumeType extends PropertiesOf<typeof volumeType, 'name' | 'isPublic'> {}

/**
 * A class of storage that volumes are made in; its extra specs choose the pool. Needs an
 * administrator.
 *
 * @example
 * const fast = new VolumeType("fast", { extraSpecs: { volume_backend_name: "raw" } });
 */
export class VolumeType extends DeclaredResource {
  constructor(name: string, args: VolumeTypeArgs = {}, options: CustomResourceOptions = {}) {
    super(volumeType, name, { args, options });
  }

  /** Looks at an existing volume-type by its id, without managing it. Fails where there is none. */
  static get(name: string, id: Input<ID>, options: CustomResourceOptions = {}): VolumeType {
    return new VolumeType(name, {}, { ...options, id });
  }
}
