// openstacksdk, the library that most OpenStack tools in Python stand on, on the bundled engine.
import { execFileSync } from 'node:child_process';
import { bytesLeft } from '../support/bytes-left';
import { EngineProcess, runProgram } from '../support/engine-process';
import { notRun } from '../support/not-run';
import { cloudEnvironment } from '../support/openstack-cli';

const timeoutMs = 120_000;

const sdkMissing = ((): string | null => {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import openstack'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'openstacksdk is missing: apt-get install python3-openstacksdk';
  }
})();

const sdkRound = `
import json, sys
import openstack

cloud = openstack.connect()
project = cloud.current_project_id
cloud.set_volume_quotas(project, volumes=50)
volume = cloud.create_volume(1, wait=True, name='round', metadata={'made': 'by sdk'})
snapshot = cloud.create_volume_snapshot(volume.id, wait=True, name='round')
backup = cloud.create_volume_backup(volume.id, wait=True, name='round')
said = {
    'volumes': [v.name for v in cloud.block_storage.volumes(details=True)],
    'quota': cloud.get_volume_quotas(project).volumes,
    'used': cloud.get_volume_limits()['absolute']['totalVolumesUsed'],
    'statuses': [volume.status, snapshot.status, backup.status],
}
said['removed'] = [
    cloud.delete_volume_backup(backup.id, wait=True),
    cloud.delete_volume_snapshot(snapshot.id, wait=True),
    cloud.delete_volume(volume.id, wait=True),
]
cloud.delete_volume_quotas(project)
said['quotaAfter'] = cloud.get_volume_quotas(project).volumes
json.dump(said, sys.stdout)
`;

if (sdkMissing !== null) notRun('openstacksdk', sdkMissing);
(sdkMissing === null ? describe : describe.skip)('openstacksdk', () => {
  it(
    'makes a volume with all that hangs on it, reads quotas, and removes it',
    async () => {
      const engine = await EngineProcess.start();
      try {
        const env = cloudEnvironment(engine, 'cinderkit');
        const ran = await runProgram('/usr/bin/python3', ['-c', sdkRound], { env });
        expect([ran.code, ran.stderr]).toEqual([0, '']);
        expect(JSON.parse(ran.stdout)).toEqual({
          volumes: ['round'],
          quota: 50,
          used: 1,
          statuses: ['available', 'available', 'available'],
          removed: [true, true, true],
          quotaAfter: 10,
        });
        expect(bytesLeft(engine.dataFolder)).toEqual([]);
      } finally {
        await engine.dispose();
      }
    },
    timeoutMs,
  );
});
