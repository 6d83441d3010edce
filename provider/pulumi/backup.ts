// The Pulumi class of backups. It declares types alone: what it does is in the handlers, what its
// fields are in schema/resources.
import type { CustomResourceOptions, ID, Input } from '@pulumi/pulumi';
import { backup } from '../../schema/resources/backup';
import type { ArgsOf, PropertiesOf } from './declared-resource';
import { DeclaredResource } from './declared-resource';

/** Arguments of a Backup. */
export type BackupArgs = ArgsOf<typeof backup, 'volumeId'>;

/** Properties of a Backup, read back from the service. */
export interface Backup extends PropertiesOf<typeof backup, 'name' | 'volumeId'> {}

/**
 * The bytes of a volume, saved apart from its storage; full or incremental.
 *
 * @example
 * const nightly = new Backup("nightly", { volumeId: data.id, incremental: true });
 */
export class Backup extends DeclaredResource {
  constructor(name: string, args: BackupArgs, options: CustomResourceOptions = {}) {
    super(backup, name, { args, options });
  }

  /** Looks at an existing backup by its id, without managing it. Fails where there is none. */
  static get(name: string, id: Input<ID>, options: CustomResourceOptions = {}): Backup {
    // One that is only looked at has no arguments, whatever the class asks of new ones.
    return new Backup(name, {} as BackupArgs, { ...options, id });
  }
}
