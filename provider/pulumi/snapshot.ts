// The Pulumi class of snapshots. It declares types alone: what it does is in the handlers, what its
// fields are in schema/resources.
import type { CustomResourceOptions, ID, Input } from '@pulumi/pulumi';
import { snapshot } from '../../schema/resources/snapshot';
import type { ArgsOf, PropertiesOf } from './declared-resource';
import { DeclaredResource } from './declared-resource';

/** Arguments of a Snapshot. */
export type SnapshotArgs = ArgsOf<typeof snapshot, 'volumeId'>;

/** Properties of a Snapshot, read back from the service. */
export interface Snapshot extends PropertiesOf<typeof snapshot, 'name' | 'volumeId'> {}

/**
 * The bytes of a volume at one point in time, held beside it; volumes can be made from it.
 *
 * @example
 * const before = new Snapshot("before", { volumeId: data.id });
 */
export class Snapshot extends DeclaredResource {
  constructor(name: string, args: SnapshotArgs, options: CustomResourceOptions = {}) {
    super(snapshot, name, { args, options });
  }

  /** Looks at an existing snapshot by its id, without managing it. Fails where there is none. */
  static get(name: string, id: Input<ID>, options: CustomResourceOptions = {}): Snapshot {
    // One that is only looked at has no arguments, whatever the class asks of new ones.
    return new Snapshot(name, {} as SnapshotArgs, { ...options, id });
  }
}
