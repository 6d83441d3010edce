// A volume with its backups: a last one when it goes, and a chain that the program writes down.
// Invariant: backups are made one after the other, for the service lets an increment lean on the
// newest backup that there is.
import { Annotations } from 'cdktf';
import type { Construct } from 'constructs';
import type { PlannedBackup } from '../recipes/chain';
import { protectedVolumePlan } from '../recipes/composite-checks';
import type { ProtectedVolumeProps } from '../recipes/props';
import { unprotectedHint } from '../recipes/protection';
import { pickSources } from '../recipes/sources';
import { Composite, knownNow, present } from './composite';
import { Backup } from './generated/backup/index';
import { Volume } from './generated/volume/index';

/**
 * A volume that is backed up before it goes, with a chain of backups: full ones and increments, of
 * which the newest generations are kept. Only whole generations go, increments before their base.
 *
 * @example
 * const records = new ProtectedVolume(this, "records", {
 *   sizeGib: 10,
 *   chain: [{ full: "2026-w46", increments: ["mon", "tue"] }, "2026-w47"],
 *   keep: 2,
 * });
 */
export class ProtectedVolume extends Composite {
  /** The volume. */
  readonly volume: Volume;
  /** The backups by label: `2026-w46`, `2026-w46-mon`. */
  readonly backups: Readonly<Record<string, Backup>>;
  /** The newest backup; undefined where the chain is empty. */
  readonly latestBackup: Backup | undefined;
  /** Labels of the backups that `keep` lets go. */
  readonly expired: readonly string[];

  constructor(scope: Construct, id: string, props: ProtectedVolumeProps) {
    super(scope, id, { title: 'ProtectedVolume', props });
    const known = knownNow(props);
    const { problems, backups, expired } = protectedVolumePlan(this.baseName, known, props);
    this.report(problems);
    this.warn(unprotectedHint(known));
    this.expired = expired;
    this.volume = this.makeVolume(props);
    const made: Record<string, Backup> = {};
    for (const planned of backups) made[planned.label] = this.makeBackup(planned, props, made);
    this.backups = made;
    this.latestBackup = made[backups.at(-1)?.label ?? ''];
  }

  /** Id of the volume. Looked up when asked for, for that fixes its logical id. */
  get volumeId(): string {
    return this.volume.id;
  }

  private warn(hint: string | null): void {
    if (hint !== null) Annotations.of(this).addWarning(hint);
  }

  /** The backup with this label. Throws where there is none. */
  backup(label: string): Backup {
    return this.part(this.backups, 'backup', label);
  }

  private makeVolume(props: ProtectedVolumeProps): Volume {
    const { description, sizeGib, volumeType, availabilityZone, metadata } = props;
    const settings = present({
      ...pickSources(props),
      name: this.baseName,
      description,
      sizeGib,
      volumeType,
      availabilityZone,
      metadata,
      onDelete: (props.finalBackup ?? true) ? 'backup' : 'delete',
      lifecycle: props.preventDestroy === true ? { preventDestroy: true } : undefined,
    });
    return new Volume(this, 'volume', settings);
  }

  private makeBackup(
    planned: PlannedBackup,
    props: ProtectedVolumeProps,
    made: Readonly<Record<string, Backup>>,
  ): Backup {
    const earlier = planned.after === null ? undefined : made[planned.after];
    const settings = present({
      name: planned.name,
      incremental: planned.incremental ? true : undefined,
      force: props.backupInUse,
      container: props.container,
      metadata: { generation: planned.generation },
      dependsOn: earlier ? [earlier] : undefined,
    });
    return new Backup(this, planned.label, { ...settings, volumeId: this.volume.id });
  }
}
