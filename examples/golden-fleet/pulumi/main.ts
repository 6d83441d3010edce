// The golden fleet with Pulumi: a disk image sealed as a golden image, three volumes cloned from
// it, a volume with a chain of backups, and a volume to boot from.
import { resolve } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import {
  BootVolume,
  GoldenImage,
  ProtectedVolume,
  Snapshot,
  Volume,
  VolumeFleet,
  VolumeType,
} from 'cinderkit/pulumi';

const filePath = resolve(new pulumi.Config().get('diskImage') ?? '../disk.raw');
const tags = { stack: 'golden-fleet' };

const [fast, bulk] = [volumeType('fast'), volumeType('bulk')];

const golden = new GoldenImage('golden', {
  filePath,
  tags,
  volumeType: fast,
  properties: { os_distro: 'golden' },
  volumes: { bastion: { metadata: { role: 'bastion' } } },
});

const web = new VolumeFleet('web', {
  count: 3,
  imageId: golden.imageId,
  spread: { volumeTypes: [fast, bulk] },
  tags,
  metadata: { role: 'web' },
});

const records = new ProtectedVolume('records', {
  sizeGib: 2,
  volumeType: bulk,
  chain: [{ full: 'week-46', increments: ['monday', 'tuesday'] }, 'week-47'],
  keep: 2,
  tags,
});

const before = new Snapshot('records-before', {
  name: 'records-before',
  volumeId: records.volumeId,
  metadata: tags,
});

const boot = new BootVolume('boot', {
  imageId: golden.imageId,
  sizeGib: 2,
  volumeType: fast,
  tags,
});

const seen = Volume.get('web-1-seen', web.volume('1').id);

export const imageId = golden.imageId;
export const bastionId = golden.volume('bastion').id;
export const webIds = web.volumeIds;
export const recordsId = records.volumeId;
export const latestBackup = records.latestBackup?.name;
export const snapshotId = before.id;
export const bootId = boot.volumeId;
export const webSizeGib = seen.sizeGib;

function volumeType(tier: string): pulumi.Output<string> {
  const settings = { name: `golden-${tier}`, extraSpecs: { 'team:tier': tier } };
  return new VolumeType(tier, settings).name;
}
