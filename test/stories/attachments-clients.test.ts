// A full round of attachments as the Python clients make it: the Block Storage client's own
// attachments, openstacksdk's actions, and what the OpenStack client shows. That client's
// `volume attachment create` asks a Compute service for the server, so it is not used.
import { execFileSync } from 'node:child_process';
import { bytesLeft } from '../support/bytes-left';
import { EngineProcess, runProgram } from '../support/engine-process';
import { notRun } from '../support/not-run';
import { cloudEnvironment, openstackMissing, openstackProgram } from '../support/openstack-cli';

const timeoutMs = 120_000;

const clientsMissing = ((): string | null => {
  try {
    const imports = ['-c', 'import openstack, cinderclient'];
    execFileSync('/usr/bin/python3', imports, { stdio: 'ignore' });
    return openstackMissing;
  } catch {
    return 'apt-get install python3-openstacksdk python3-cinderclient';
  }
})();

const newer = `
import json, sys, uuid
import openstack
from cinderclient import client, exceptions

cloud = openstack.connect()
cinder = client.Client('3.54', session=cloud.session)
volume = cloud.create_volume(1, wait=True, name='attached')
server = str(uuid.uuid4())
connector = {'host': 'vm', 'mountpoint': '/dev/vdb', 'ip': '127.0.0.1'}
seen = lambda: cinder.volumes.get(volume.id).status
said = {'statuses': [seen()]}
made = cinder.attachments.create(volume.id, None, server)
said['statuses'].append(seen())
updated = cinder.attachments.update(made['id'], connector)
said['statuses'].append(seen())
cinder.attachments.complete(made['id'])
said['statuses'].append(seen())
said['type'] = cinder.attachments.show(made['id']).connection_info['driver_volume_type']
said['mode'] = cinder.attachments.show(made['id']).attach_mode
said['listed'] = [a.status for a in cinder.attachments.list(search_opts={'volume_id': volume.id})]
said['servers'] = [a['server_id'] == server for a in cinder.volumes.get(volume.id).attachments]
try:
    cinder.volumes.delete(volume.id)
except exceptions.BadRequest as error:
    said['refused'] = error.code
said['ids'] = [volume.id, made['id']]
json.dump(said, sys.stdout)
`;

const older = `
import json, sys
import openstack

cloud = openstack.connect()
block = cloud.block_storage
volume = cloud.create_volume(1, wait=True, name='older')
connector = {'host': 'vm', 'ip': '127.0.0.1'}
said = []
def note(): said.append(block.get_volume(volume.id).status)
block.reserve_volume(volume.id); note()
block.unreserve_volume(volume.id); note()
block.reserve_volume(volume.id)
block.init_volume_attachment(volume.id, connector)
block.attach_volume(volume.id, '/dev/vdb', host_name='vm'); note()
attachment = block.get_volume(volume.id).attachments[0]['attachment_id']
block.terminate_volume_attachment(volume.id, connector)
block.detach_volume(volume.id, attachment); note()
block.attach_volume(volume.id, '/dev/vdb', host_name='vm')
attachment = block.get_volume(volume.id).attachments[0]['attachment_id']
block.detach_volume(volume.id, attachment, force=True, connector=connector); note()
cloud.delete_volume(volume.id, wait=True)
json.dump(said, sys.stdout)
`;

if (clientsMissing !== null) notRun('the Python clients attach volumes', clientsMissing);
(clientsMissing === null ? describe : describe.skip)('the Python clients', () => {
  let engine: EngineProcess;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    engine = await EngineProcess.start();
    env = cloudEnvironment(engine, 'cinderkit');
  }, timeoutMs);
  afterAll(() => engine?.dispose(), timeoutMs);

  async function python(program: string) {
    const ran = await runProgram('/usr/bin/python3', ['-c', program], { env });
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    return JSON.parse(ran.stdout);
  }

  async function openstack(...args: string[]): Promise<string> {
    const version = ['--os-volume-api-version', '3.54'];
    const ran = await runProgram(openstackProgram, [...version, 'volume', ...args], { env });
    expect([args, ran.code, ran.stderr]).toEqual([args, 0, '']);
    return ran.stdout;
  }

  it(
    'reserve, connect, complete, look and delete by the attachments API',
    async () => {
      const { ids, ...said } = await python(newer);
      expect(said).toEqual({
        statuses: ['available', 'reserved', 'attaching', 'in-use'],
        type: 'local',
        mode: 'rw',
        listed: ['attached'],
        servers: [true],
        refused: 400,
      });
      const [volumeId, attachmentId] = ids;
      const list = JSON.parse(await openstack('attachment', 'list', '-f', 'json'));
      expect(list).toMatchObject([{ ID: attachmentId, 'Volume ID': volumeId, Status: 'attached' }]);
      const shown = JSON.parse(await openstack('attachment', 'show', attachmentId, '-f', 'json'));
      expect(shown).toMatchObject({ ID: attachmentId, Status: 'attached', 'Attach Mode': 'rw' });
      await openstack('attachment', 'complete', attachmentId);
      await openstack('attachment', 'delete', attachmentId);
      await openstack('delete', volumeId);
    },
    timeoutMs,
  );

  it(
    'reserve, connect, attach and detach by the older actions',
    async () => {
      expect(await python(older)).toEqual([
        'attaching',
        'available',
        'in-use',
        'available',
        'available',
      ]);
      expect(bytesLeft(engine.dataFolder)).toEqual([]);
    },
    timeoutMs,
  );
});
