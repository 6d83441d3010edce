// What administrators type into Debian's OpenStack client and Cinder's own about types, on the
// bundled engine: QoS specs, encryption, who may use which type, default types of projects.
import { existsSync } from 'node:fs';
import { Cloud } from '../support/cloud';
import { EngineProcess, runProgram } from '../support/engine-process';
import { notRun } from '../support/not-run';
import { OpenStackCli, cloudEnvironment, openstackMissing } from '../support/openstack-cli';

const timeoutMs = 120_000;
const cinderProgram = '/usr/bin/cinder';

const describeWithClient = openstackMissing === null ? describe : describe.skip;
if (openstackMissing !== null) notRun('the OpenStack client for types', openstackMissing);
const itWithCinder = existsSync(cinderProgram) ? it : it.skip;
if (!existsSync(cinderProgram)) {
  notRun('default types by Cinder’s client', 'it is missing: apt-get install python3-cinderclient');
}

describeWithClient('for types', () => {
  let engine: EngineProcess;
  let cloud: Cloud;
  let cli: OpenStackCli;
  let memberCli: OpenStackCli;

  beforeAll(async () => {
    engine = await EngineProcess.start();
    cloud = await Cloud.ofEngine(engine.dataFolder);
    cli = new OpenStackCli(engine, 'cinderkit');
    memberCli = new OpenStackCli(engine, 'cinderkit-member');
  }, timeoutMs);
  afterAll(async () => {
    await cli?.close();
    await memberCli?.close();
    await engine?.dispose();
  }, timeoutMs);

  it(
    'QoS specs are made, altered, tied to types and removed',
    async () => {
      const qos = ['volume', 'qos'];
      const given = ['--consumer', 'front-end', '--property', 'read_iops_sec=2000'];
      const made = await cli.show(...qos, 'create', ...given, 'limited');
      expect(made).toMatchObject({
        name: 'limited',
        consumer: 'front-end',
        properties: { read_iops_sec: '2000' },
      });
      await cli.ok(...qos, 'set', '--property', 'write_iops_sec=1000', 'limited');
      await cli.ok(...qos, 'unset', '--property', 'read_iops_sec', 'limited');
      await cli.ok('volume', 'type', 'create', 'slow');
      await cli.ok(...qos, 'associate', 'limited', 'slow');
      const shown = await cli.show(...qos, 'show', 'limited');
      expect(shown['properties']).toEqual({ write_iops_sec: '1000' });
      expect(JSON.stringify(shown['associations'])).toContain('slow');
      const refused = await cli.run(...qos, 'delete', 'limited');
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain('Qos specs still in use.');
      await cli.ok(...qos, 'disassociate', '--volume-type', 'slow', 'limited');
      await cli.ok(...qos, 'associate', 'limited', 'slow');
      await cli.ok(...qos, 'disassociate', '--all', 'limited');
      await cli.ok(...qos, 'associate', 'limited', 'slow');
      await cli.ok(...qos, 'delete', '--force', 'limited');
      expect(await cli.list(...qos, 'list')).toEqual([]);
      await cli.ok('volume', 'type', 'delete', 'slow');
    },
    timeoutMs,
  );

  it(
    'a type asks for encryption until that is removed, and is refused to volumes till then',
    async () => {
      const type = ['volume', 'type'];
      const luks = ['--encryption-provider', 'luks', '--encryption-key-size', '256'];
      const place = ['--encryption-control-location', 'front-end'];
      await cli.ok(...type, 'create', ...luks, ...place, 'secret');
      const shown = await cli.show(...type, 'show', '--encryption-type', 'secret');
      expect(JSON.stringify(shown['encryption'])).toContain('luks');
      await cli.ok(...type, 'set', '--encryption-cipher', 'aes-xts-plain64', 'secret');
      const create = ['volume', 'create', '--size', '1', '--type', 'secret', 'hidden'];
      const refused = await memberCli.run(...create);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain('volume type unset --encryption-type secret');
      // As the refusal says.
      await cli.ok(...type, 'unset', '--encryption-type', 'secret');
      await memberCli.ok(...create);
    },
    timeoutMs,
  );

  it(
    'a private type is for the projects that were let in',
    async () => {
      const named = async (client: OpenStackCli): Promise<unknown[]> =>
        (await client.list('volume', 'type', 'list')).map((row) => row['Name']);
      await cli.ok('volume', 'type', 'create', '--private', 'club');
      expect(await named(memberCli)).not.toContain('club');
      await cli.ok('volume', 'type', 'set', '--project', cloud.projectId, 'club');
      expect(await named(memberCli)).toContain('club');
      await cli.ok('volume', 'type', 'unset', '--project', cloud.projectId, 'club');
      expect(await named(memberCli)).not.toContain('club');
      await cli.ok('volume', 'type', 'delete', 'club');
    },
    timeoutMs,
  );

  itWithCinder(
    'a project gets a default type and loses it',
    async () => {
      const env = { ...cloudEnvironment(engine, ''), ...(await credentials()) };
      const cinder = async (...args: string[]): Promise<string> => {
        const all = ['--os-volume-api-version', '3.62', ...args];
        const ran = await runProgram(cinderProgram, all, { env });
        if (ran.code !== 0) throw new Error(`cinder ${args.join(' ')}: ${ran.stderr}`);
        return ran.stdout;
      };
      await cli.ok('volume', 'type', 'create', 'ours');
      expect(await cinder('default-type-set', 'ours', cloud.projectId)).toContain(cloud.projectId);
      expect(await cinder('default-type-list')).toContain(cloud.projectId);
      await memberCli.ok('volume', 'create', '--size', '1', 'plain');
      expect((await memberCli.show('volume', 'show', 'plain'))['type']).toBe('ours');
      await cinder('default-type-unset', cloud.projectId);
      expect(await cinder('default-type-list')).not.toContain(cloud.projectId);
    },
    timeoutMs,
  );

  /** Cinder’s client reads no clouds.yaml: its settings come from the environment alone. */
  async function credentials(): Promise<NodeJS.ProcessEnv> {
    const shown = await cli.show('configuration', 'show', '--unmask');
    const auth = (key: string): string => String(shown[`auth.${key}`]);
    return {
      OS_AUTH_URL: auth('auth_url'),
      OS_USERNAME: auth('username'),
      OS_PASSWORD: auth('password'),
      OS_PROJECT_NAME: auth('project_name'),
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
      OS_IDENTITY_API_VERSION: '3',
    };
  }
});
