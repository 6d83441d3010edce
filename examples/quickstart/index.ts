// A storage stack as a platform team would compose it: a volume type, a golden image from a disk
// file, a bootable volume, a volume-backed image of that volume with two clones, and a data volume
// with its snapshot and backup. The same program runs on the bundled engine and on any OpenStack.
import * as pulumi from '@pulumi/pulumi';
import { Backup, Image, Snapshot, Volume, VolumeType } from 'cinderkit/pulumi';
import { makeDiskImage } from './make-disk-image';

const config = new pulumi.Config();
const diskImage = config.get('diskImage') || makeDiskImage();
const formats = ['auto', 'raw', 'qcow2', 'vmdk', 'vhd', 'vhdx', 'vdi'] as const;
type Format = (typeof formats)[number];
const format = config.get<Format>('diskFormat', { allowedValues: [...formats] }) ?? 'auto';
const cloneImages = config.getBoolean('volumeBackedImage') ?? true;
const extraSpecs = JSON.parse(config.get('extraSpecs') || '{}') as Record<string, string>;

const fast = new VolumeType('fast', {
  description: 'Storage for systems and their data',
  extraSpecs: { 'team:tier': 'fast', ...extraSpecs },
});

const golden = new Image('golden', {
  filePath: diskImage,
  // Left out, the format is told by the file's extension; a file without a telling one is raw.
  diskFormat: format === 'auto' ? undefined : format,
  properties: { os_distro: 'quickstart' },
});

// Without sizeGib, a volume is as large as its image needs.
const system = new Volume('system', {
  volumeType: fast.name,
  imageId: golden.id,
});

const images: Record<string, Image> = { golden };
const clones: Record<string, Volume> = {};
if (cloneImages) {
  const sealed = new Image('sealed', { volumeId: system.id, volumeBacked: 'required' });
  images['sealed'] = sealed;
  for (const name of ['web-1', 'web-2']) {
    clones[name] = new Volume(name, { volumeType: fast.name, imageId: sealed.id });
  }
} else {
  pulumi.log.info('left out: a volume-backed image and its clones (volumeBackedImage is false)');
}

const data = new Volume('data', {
  sizeGib: 2,
  volumeType: fast.name,
  metadata: { purpose: 'records' },
});

const monday = new Snapshot('monday', { volumeId: data.id });

const replica = new Volume('replica', {
  sizeGib: 2,
  volumeType: fast.name,
  snapshotId: monday.id,
});

const saved = new Backup('saved', { volumeId: system.id });

const volumes: Record<string, Volume> = { system, ...clones, data, replica };

/** Of each volume: its status, its size, and how it got its bytes (cloned or copied). */
export const volumeFacts = Object.fromEntries(
  Object.entries(volumes).map(([name, volume]) => [
    name,
    pulumi.interpolate`${volume.status}, ${volume.sizeGib} GiB, ${volume.bytes}`,
  ]),
);

/** Of each image: its status, its size, and whether its bytes are a file or a volume. */
export const imageFacts = Object.fromEntries(
  Object.entries(images).map(([name, { status, sizeBytes, isVolumeBacked }]) => [
    name,
    pulumi
      .all([status, sizeBytes, isVolumeBacked])
      .apply(([now, bytes, backed]) => `${now}, ${mib(bytes)}, ${backed ? 'a volume' : 'a file'}`),
  ]),
);

/** The snapshot's status and size. */
export const snapshotFacts = pulumi.interpolate`${monday.status}, ${monday.sizeGib} GiB`;

/** The backup's status and size. */
export const backupFacts = pulumi.interpolate`${saved.status}, ${saved.sizeGib} GiB`;

/** The ids of the volumes, for use with other tools. */
export const volumeIds = Object.fromEntries(
  Object.entries(volumes).map(([name, volume]) => [name, volume.id]),
);

function mib(bytes = 0): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
