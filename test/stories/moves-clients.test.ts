// A full round of what moves bytes as the Python clients make it: migration, retype with migration,
// revert, reimage, letting go and taking over of volumes and snapshots, and the lists of both.
import { execFileSync } from 'node:child_process';
import { EngineProcess, runProgram } from '../support/engine-process';
import { notRun } from '../support/not-run';
import { cloudEnvironment, openstackMissing, openstackProgram } from '../support/openstack-cli';
import { toolMissing } from '../support/tools';

const timeoutMs = 120_000;

const missing = ((): string | null => {
  try {
    const imports = ['-c', 'import openstack, cinderclient'];
    execFileSync('/usr/bin/python3', imports, { stdio: 'ignore' });
    return openstackMissing ?? toolMissing('qemu-img');
  } catch {
    return 'apt-get install python3-openstacksdk python3-cinderclient';
  }
})();

const beginning = `
import json, sys, time
import openstack
from cinderclient import client, exceptions

cloud = openstack.connect()
cinder = client.Client('3.68', session=cloud.session)
host = lambda v: getattr(cinder.volumes.get(v.id), 'os-vol-host-attr:host')
def until(look, wanted):
    for _ in range(600):
        if look() in wanted: return look()
        time.sleep(0.05)
    return look()
def gone(find):
    for _ in range(600):
        try: find()
        except exceptions.NotFound: return True
        time.sleep(0.05)
    return False
`;

const moving = `${beginning}
said = {}
types = {}
for name in ('raw', 'qcow2'):
    types[name] = cinder.volume_types.create('on-' + name)
    types[name].set_keys({'volume_backend_name': name})
volume = cloud.create_volume(1, wait=True, volume_type='on-raw')
moved = lambda: cinder.volumes.get(volume.id).migration_status
cinder.volumes.retype(volume.id, 'on-qcow2', 'on-demand')
said['retyped'] = until(moved, ('success', 'error'))
said['there'] = [host(volume), cinder.volumes.get(volume.id).volume_type]
plain = cloud.create_volume(1, wait=True)
here = host(plain)
there = 'cinderkit@qcow2#qcow2' if here.endswith('#raw') else 'cinderkit@raw#raw'
cinder.volumes.migrate_volume(plain.id, there, False, True)
until(lambda: cinder.volumes.get(plain.id).status, ('available',))
said['migrated'] = host(plain) == there
still = cloud.create_volume(1, wait=True)
other = cloud.create_volume(1, wait=True)
kept = cinder.volumes.migrate_volume_completion(still.id, other.id, False)
said['completed'] = kept['save_volume_id'] == other.id
snapshot = cinder.volume_snapshots.create(plain.id)
until(lambda: cinder.volume_snapshots.get(snapshot.id).status, ('available',))
cinder.volumes.revert_to_snapshot(plain.id, snapshot.id)
said['reverted'] = [until(lambda: cinder.volumes.get(plain.id).status, ('available', 'error')),
    until(lambda: cinder.volume_snapshots.get(snapshot.id).status, ('available',))]
made = cinder.volumes.upload_to_image(volume.id, False, 'disk', 'bare', 'raw', 'private', False)[1]
image = made['os-volume_upload_image']['image_id']
until(lambda: cinder.volumes.get(volume.id).status, ('available',))
blank = cloud.create_volume(1, wait=True)
cinder.volumes.reimage(blank.id, image)
until(lambda: cinder.volumes.get(blank.id).status, ('available', 'error'))
shown = cinder.volumes.get(blank.id)
said['reimaged'] = [shown.status, shown.bootable, shown.volume_image_metadata['image_id'] == image]
json.dump(said, sys.stdout)
`;

const managing = `${beginning}
said = {}
volume = cloud.create_volume(1, wait=True)
place = host(volume)
snapshot = cinder.volume_snapshots.create(volume.id)
until(lambda: cinder.volume_snapshots.get(snapshot.id).status, ('available',))
cinder.volume_snapshots.unmanage(snapshot.id)
said['snapshot gone'] = gone(lambda: cinder.volume_snapshots.get(snapshot.id))
listed = cinder.volume_snapshots.list_manageable(place, detailed=True)
said['snapshots'] = [[s.reference['source-name'] == 'snapshot-' + snapshot.id, s.safe_to_manage,
    s.cinder_id, s.source_reference] for s in listed]
back = cinder.volume_snapshots.manage(volume.id, listed[0].reference, name='back')
said['snapshot back'] = until(
    lambda: cinder.volume_snapshots.get(back.id).status, ('available', 'error'))
cinder.volume_snapshots.delete(back.id)
gone(lambda: cinder.volume_snapshots.get(back.id))
cinder.volumes.unmanage(volume.id)
said['volume gone'] = gone(lambda: cinder.volumes.get(volume.id))
listed = cinder.volumes.list_manageable(place, detailed=True, sort='reference:asc')
said['volumes'] = [[v.reference['source-name'] == 'volume-' + volume.id, v.size, v.safe_to_manage]
    for v in listed if v.safe_to_manage]
back = cinder.volumes.manage(place, {'source-name': 'volume-' + volume.id}, name='back')
said['volume back'] = until(lambda: cinder.volumes.get(back.id).status,
    ('available', 'error_managing'))
said['size'] = cinder.volumes.get(back.id).size
json.dump(said, sys.stdout)
`;

if (missing !== null) notRun('the Python clients move volumes', missing);
(missing === null ? describe : describe.skip)('the Python clients', () => {
  let engine: EngineProcess;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    engine = await EngineProcess.start();
    env = cloudEnvironment(engine, 'cinderkit');
  }, timeoutMs);
  afterAll(() => engine?.dispose(), timeoutMs);

  async function python(program: string): Promise<unknown> {
    const ran = await runProgram('/usr/bin/python3', ['-c', program], { env });
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    return JSON.parse(ran.stdout);
  }

  it(
    'let go of a snapshot and a volume, list them, and take them over',
    async () => {
      expect(await python(managing)).toEqual({
        'snapshot gone': true,
        snapshots: [[true, true, null, null]],
        'snapshot back': 'available',
        'volume gone': true,
        volumes: [[true, 1, true]],
        'volume back': 'available',
        size: 1,
      });
    },
    timeoutMs,
  );

  it(
    'retype, migrate, revert and reimage',
    async () => {
      expect(await python(moving)).toEqual({
        retyped: 'success',
        there: ['cinderkit@qcow2#qcow2', 'on-qcow2'],
        migrated: true,
        completed: true,
        reverted: ['available', 'available'],
        reimaged: ['available', 'true', true],
      });
    },
    timeoutMs,
  );

  it(
    'migrate from the command line of the OpenStack client',
    async () => {
      const openstack = async (...args: string[]): Promise<string> => {
        const ran = await runProgram(openstackProgram, ['volume', ...args], { env });
        expect([args, ran.code, ran.stderr]).toEqual([args, 0, '']);
        return ran.stdout;
      };
      const made = JSON.parse(await openstack('create', '--size', '1', 'mover', '-f', 'json'));
      await openstack('migrate', '--host', 'cinderkit@raw#nowhere', made.id);
      const shown = JSON.parse(await openstack('show', made.id, '-f', 'json'));
      expect(['starting', 'error']).toContain(shown['migration_status']);
    },
    timeoutMs,
  );
});
