// A volume with its backups: a last one when it goes, and a chain that the program writes down.
// Invariant: backups are made one after the other, for the service lets an increment lean on the
// newest backup that there is.
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { log } from '@pulumi/pulumi';
import { Backup } from '../../provider/pulumi/backup';
import { Volume } from '../../provider/pulumi/volume';
import { protectedVolumePlan } from '../recipes/composite-checks';
import type { PlannedBackup } from '../recipes/chain';
import type { ProtectedVolumeProps } from '../recipes/props';
import { unprotectedHint } from '../recipes/protection';
import { pickSources } from '../recipes/sources';
import type { InputsOf } from './composite';
import { Composite, knownNow } from './composite';

/** Settings that decide which things there are, and how they are steered. */
type Plain = 'name' | 'chain' | 'keep' | 'finalBackup' | 'preventDestroy';

/** Arguments of a ProtectedVolume. */
export type ProtectedVolumeArgs = InputsOf<ProtectedVolumeProps, Plain>;

/**
 * A volume that is backed up before it goes, with a chain of backups: full ones and increments, of
 * which the newest generations are kept. Only whole generations go, increments before their base.
 *
 * @example
 * const records = new ProtectedVolume("records", {
 *   sizeGib: 10,
 *   chain: [{ full: "2026-w46", increments: ["mon", "tue"] }, "2026-w47"],
 *   keep: 2,
 * });
 */
export class ProtectedVolume extends Composite {
  /** The volume. */
  readonly volume: Volume;
  /** Id of the volume. */
  readonly volumeId: Output<string>;
  /** The backups by label: `2026-w46`, `2026-w46-mon`. */
  readonly backups: Readonly<Record<string, Backup>>;
  /** The newest backup; undefined where the chain is empty. */
  readonly latestBackup: Backup | undefined;
  /** Labels of the backups that `keep` lets go. */
  readonly expired: readonly string[];

  constructor(name: string, args: ProtectedVolumeArgs, options: ComponentResourceOptions = {}) {
    super({ title: 'ProtectedVolume', name, args, options });
    const known = knownNow<ProtectedVolumeProps>(args);
    const { problems, backups, expired } = protectedVolumePlan(this.baseName, known, args);
    this.refuse(problems);
    const hint = unprotectedHint(known);
    if (hint !== null) void log.warn(hint, this);
    this.expired = expired;
    this.volume = this.makeVolume(args);
    this.volumeId = this.volume.id;
    const made: Record<string, Backup> = {};
    for (const planned of backups) made[planned.label] = this.makeBackup(planned, args, made);
    this.backups = made;
    this.latestBackup = made[backups.at(-1)?.label ?? ''];
    this.registerOutputs({
      volumeId: this.volumeId,
      backupIds: Object.fromEntries(Object.entries(made).map(([label, { id }]) => [label, id])),
    });
  }

  /** The backup with this label. Throws where there is none. */
  backup(label: string): Backup {
    return this.part(this.backups, 'backup', label);
  }

  private makeVolume(args: ProtectedVolumeArgs): Volume {
    const { description, sizeGib, volumeType, availabilityZone } = args;
    const settings = {
      ...pickSources(args),
      name: this.baseName,
      description,
      sizeGib,
      volumeType,
      availabilityZone,
      metadata: this.tagged(args.metadata),
      onDelete: (args.finalBackup ?? true) ? ('backup' as const) : ('delete' as const),
    };
    // Left out rather than false, so that `protect` of the composite is inherited.
    const more = args.preventDestroy === true ? { protect: true } : {};
    return new Volume(this.partOf('volume'), settings, this.partOptions(more));
  }

  private makeBackup(
    planned: PlannedBackup,
    args: ProtectedVolumeArgs,
    made: Readonly<Record<string, Backup>>,
  ): Backup {
    const earlier = planned.after === null ? undefined : made[planned.after];
    const settings = {
      name: planned.name,
      volumeId: this.volume.id,
      incremental: planned.incremental ? true : undefined,
      force: args.backupInUse,
      container: args.container,
      metadata: this.tagged({ generation: planned.generation }),
    };
    const more = earlier ? { dependsOn: [earlier] } : {};
    return new Backup(this.partOf(planned.label), settings, this.partOptions(more));
  }
}
