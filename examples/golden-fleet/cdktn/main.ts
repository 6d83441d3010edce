// The golden fleet with CDKTN: a disk image sealed as a golden image, three volumes cloned from it,
// a volume with a chain of backups, and a volume to boot from.
import { resolve } from 'node:path';
import { App, Aspects, TerraformOutput, TerraformStack } from 'cdktn';
import {
  BootVolume,
  CinderkitProvider,
  DataCinderkitVolume,
  GoldenImage,
  ProtectedVolume,
  Snapshot,
  Tags,
  VolumeFleet,
  VolumeType,
} from 'cinderkit/cdktn';

const app = new App();
const stack = new TerraformStack(app, 'golden-fleet');
Aspects.of(stack).add(new Tags({ stack: 'golden-fleet' }));

// Terraform runs in a folder that is generated: the engine's data must not lie there.
const engine = { folder: resolve('.cinderkit/engine') };
new CinderkitProvider(stack, 'cinderkit', process.env['OS_CLOUD'] ? {} : { engine });

const [fast, bulk] = [volumeType('fast'), volumeType('bulk')];

const golden = new GoldenImage(stack, 'golden', {
  filePath: resolve(process.env['DISK_IMAGE'] ?? '../disk.raw'),
  volumeType: fast,
  properties: { os_distro: 'golden' },
  volumes: { bastion: { metadata: { role: 'bastion' } } },
});

const web = new VolumeFleet(stack, 'web', {
  count: 3,
  imageId: golden.imageId,
  spread: { volumeTypes: [fast, bulk] },
  metadata: { role: 'web' },
});

const records = new ProtectedVolume(stack, 'records', {
  sizeGib: 2,
  volumeType: bulk,
  chain: [{ full: 'week-46', increments: ['monday', 'tuesday'] }, 'week-47'],
  keep: 2,
});

const before = new Snapshot(stack, 'records-before', {
  name: 'records-before',
  volumeId: records.volumeId,
});

const boot = new BootVolume(stack, 'boot', {
  imageId: golden.imageId,
  sizeGib: 2,
  volumeType: fast,
});

const seen = new DataCinderkitVolume(stack, 'web-1-seen', { id: web.volume('1').id });

const outputs = {
  image_id: golden.imageId,
  bastion_id: golden.volume('bastion').id,
  web_ids: web.volumeIds,
  records_id: records.volumeId,
  latest_backup: records.latestBackup?.name,
  snapshot_id: before.id,
  boot_id: boot.volumeId,
  web_size_gib: seen.sizeGib,
};
for (const [name, value] of Object.entries(outputs)) {
  new TerraformOutput(stack, name, { value, staticId: true });
}

app.synth();

function volumeType(tier: string): string {
  const settings = { name: `golden-${tier}`, extraSpecs: { 'team:tier': tier } };
  return new VolumeType(stack, tier, settings).name;
}
