// What the composites are told, once for all tools: constructs take these settings as they are,
// Pulumi's component resources take the same with outputs in place of values. Invariant: a setting
// that decides how many things there are, or how they are called, is never an output.
import type { Generation } from './chain';
import type { Spread } from './fleet';
import type { Tags } from './tags';

/** What every composite is told. */
export interface CompositeProps {
  /** Beginning of the names of everything that is made; the composite's own when left out. */
  readonly name?: string | undefined;
  /** Keys and values for everything that is made and can bear them. */
  readonly tags?: Tags | undefined;
}

/** Where a volume lies. */
export interface PlacementProps {
  /** Name or id of the volume type; the service's default when left out. */
  readonly volumeType?: string | undefined;
  /** Zone in which it is made; the service chooses when left out. */
  readonly availabilityZone?: string | undefined;
}

/** What a volume starts from: at most one of them. */
export interface SourceProps {
  /** Image whose bytes it starts with. */
  readonly imageId?: string | undefined;
  /** Snapshot whose bytes it starts with. */
  readonly snapshotId?: string | undefined;
  /** Volume whose bytes it starts with. */
  readonly sourceVolumeId?: string | undefined;
  /** Backup whose bytes it starts with. */
  readonly backupId?: string | undefined;
}

/** One volume that is made from a golden image. */
export interface GoldenVolumeProps extends PlacementProps {
  /** Size in GiB; as large as the image needs when left out. */
  readonly sizeGib?: number | undefined;
  /** Keys and values of this volume alone. */
  readonly metadata?: Tags | undefined;
}

/** Formats of a disk image file. */
export type DiskFormat = 'raw' | 'qcow2' | 'vmdk' | 'vhd' | 'vhdx' | 'vdi' | 'iso' | 'ploop';

/** What a GoldenImage is told. */
export interface GoldenImageProps extends CompositeProps, PlacementProps {
  /** Disk image file; another content makes another image, and volumes from it. */
  readonly filePath: string;
  /** Format of the file; told by its extension when left out. */
  readonly diskFormat?: DiskFormat | undefined;
  /** Smallest volume, in GiB, that may be made from it. */
  readonly minDiskGib?: number | undefined;
  /** Who may see the images. */
  readonly visibility?: 'public' | 'private' | 'shared' | 'community' | undefined;
  /** Properties of the images, beside the tags. */
  readonly properties?: Tags | undefined;
  /**
   * Whether a volume is made from the file's image and sealed as a volume-backed image, from which
   * volumes are cloned. `required` fails where the service would copy bytes; `preferred` (the
   * default) takes what it gets; `no` makes volumes from the file's image.
   */
  readonly volumeBacked?: 'required' | 'preferred' | 'no' | undefined;
  /** Size in GiB of the volume that is sealed; as large as the image needs when left out. */
  readonly sizeGib?: number | undefined;
  /** Volumes to make, by label. */
  readonly volumes?: Readonly<Record<string, GoldenVolumeProps>> | undefined;
}

/** What a ProtectedVolume is told. */
export interface ProtectedVolumeProps extends CompositeProps, PlacementProps, SourceProps {
  /** Size in GiB; needed for a blank volume. */
  readonly sizeGib?: number | undefined;
  /** Free text about the volume. */
  readonly description?: string | undefined;
  /** Keys and values of the volume alone. */
  readonly metadata?: Tags | undefined;
  /** Whether removing the volume first makes a last backup of it; true when left out. */
  readonly finalBackup?: boolean | undefined;
  /** Whether the tool refuses to remove or replace the volume; false when left out. */
  readonly preventDestroy?: boolean | undefined;
  /**
   * Backups that are to be there, oldest first: generations of a full backup and its increments.
   * Add at the end alone; a bare label is a full backup.
   */
  readonly chain?: readonly (string | Generation)[] | undefined;
  /** How many of the newest generations are kept; all when left out. */
  readonly keep?: number | undefined;
  /** Whether the volume may be backed up while it is attached; false when left out. */
  readonly backupInUse?: boolean | undefined;
  /** Container at the backup target; chosen by the service when left out. */
  readonly container?: string | undefined;
}

/** What a BootVolume is told: an image or a snapshot, and the volume. */
export interface BootVolumeProps
  extends CompositeProps, PlacementProps, Pick<SourceProps, 'imageId' | 'snapshotId'> {
  /** Size in GiB; as large as the source needs when left out. */
  readonly sizeGib?: number | undefined;
  /** Free text about the volume. */
  readonly description?: string | undefined;
  /** Keys and values of the volume alone. */
  readonly metadata?: Tags | undefined;
}

/** What a VolumeFleet is told: how many or which, their source, and where they lie. */
export interface VolumeFleetProps extends CompositeProps, PlacementProps, SourceProps {
  /** How many volumes; they are called `<name>-1` and so on. */
  readonly count?: number | undefined;
  /** Labels of the volumes, in place of a count; they are called `<name>-<label>`. */
  readonly names?: readonly string[] | undefined;
  /** Size in GiB of each; needed where there is no source. */
  readonly sizeGib?: number | undefined;
  /** Types and zones to go through in turn. Add volumes at the end, so that none is moved. */
  readonly spread?: Spread | undefined;
  /** Free text about each volume. */
  readonly description?: string | undefined;
  /** Keys and values of the volumes alone. */
  readonly metadata?: Tags | undefined;
}
