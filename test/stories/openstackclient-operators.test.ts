// What operators and owners of images type into Debian's OpenStack client and Cinder's own, on the
// bundled engine: services, hosts, pools, logs, roles over the system, images shared.
import { existsSync } from 'node:fs';
import { EngineProcess, runProgram } from '../support/engine-process';
import { notRun } from '../support/not-run';
import { OpenStackCli, cloudEnvironment, openstackMissing } from '../support/openstack-cli';

const timeoutMs = 120_000;
const cinderProgram = '/usr/bin/cinder';
const raw = 'cinderkit@raw';

const describeWithClient = openstackMissing === null ? describe : describe.skip;
if (openstackMissing !== null) notRun('the OpenStack client for operators', openstackMissing);
const itWithCinder = existsSync(cinderProgram) ? it : it.skip;
if (!existsSync(cinderProgram)) {
  notRun('Cinder’s own client', 'it is missing: apt-get install python3-cinderclient');
}

describeWithClient('for operators', () => {
  let engine: EngineProcess;
  let cli: OpenStackCli;

  beforeAll(async () => {
    engine = await EngineProcess.start();
    cli = new OpenStackCli(engine, 'cinderkit');
  }, timeoutMs);
  afterAll(async () => {
    await cli?.close();
    await engine?.dispose();
  }, timeoutMs);

  it(
    'services and hosts are disabled and enabled',
    async () => {
      const status = async (): Promise<unknown> => {
        const rows = await cli.list('volume', 'service', 'list', '--host', raw);
        return rows.map((row) => row['Status']);
      };
      const set = ['volume', 'service', 'set'];
      expect(await status()).toEqual(['enabled']);
      const reason = ['--disable', '--disable-reason', 'new disks'];
      await cli.ok(...set, ...reason, raw, 'cinder-volume');
      expect(await status()).toEqual(['disabled']);
      await cli.ok(...set, '--enable', raw, 'cinder-volume');
      await cli.ok('volume', 'host', 'set', '--disable', raw);
      expect(await status()).toEqual(['disabled']);
      await cli.ok('volume', 'host', 'set', '--enable', raw);
      expect(await status()).toEqual(['enabled']);
      const wrong = await cli.run(...set, '--disable', 'nowhere', 'cinder-volume');
      expect(wrong.stderr).toContain('could not be found on host nowhere');
    },
    timeoutMs,
  );

  it(
    'roles over the system are given, listed and taken',
    async () => {
      const who = ['--user', 'member', '--system', 'all', 'reader'];
      const listed = async (): Promise<unknown> =>
        (await cli.list('role', 'assignment', 'list', '--system', 'all', '--names')).map(
          (row) => `${String(row['User'])} ${String(row['Role'])}`,
        );
      await cli.ok('role', 'add', ...who);
      expect(await listed()).toContain('member@Default reader');
      await cli.ok('role', 'remove', ...who);
      expect(await listed()).toEqual(['admin@Default admin']);
    },
    timeoutMs,
  );

  it(
    'images are shared with a project, accepted and taken back',
    async () => {
      const image = String((await cli.show('image', 'create', 'shared'))['id']);
      const project = String((await cli.show('project', 'create', 'other'))['id']);
      const status = async (): Promise<unknown> =>
        (await cli.list('image', 'member', 'list', image)).map((row) => row['Status']);
      await cli.ok('image', 'add', 'project', image, project);
      expect(await status()).toEqual(['pending']);
      await cli.ok('image', 'set', '--accept', '--project', project, image);
      expect(await status()).toEqual(['accepted']);
      await cli.ok('image', 'remove', 'project', image, project);
      expect(await status()).toEqual([]);
    },
    timeoutMs,
  );

  itWithCinder(
    'Cinder’s own client reads and sets what the other has no command for',
    async () => {
      const env = { ...cloudEnvironment(engine, ''), ...(await passwordSettings(engine)) };
      const cinder = async (...args: string[]): Promise<string> => {
        const run = await runProgram(cinderProgram, args, { env });
        if (run.code !== 0) throw new Error(`cinder ${args.join(' ')}: ${run.stderr}`);
        return run.stdout;
      };
      const latest = ['--os-volume-api-version', '3.70'];
      await cinder(...latest, 'freeze-host', raw);
      const frozen = await cinder(...latest, 'service-list', '--withreplication');
      expect(frozen).toMatch(/cinderkit@raw .* disabled .* True .* frozen/);
      expect(await cinder(...latest, 'get-pools')).not.toContain(raw);
      await cinder(...latest, 'thaw-host', raw);
      await cinder(...latest, 'service-set-log', 'DEBUG', '--binary', 'cinder-backup');
      const levels = await cinder(...latest, 'service-get-log', '--binary', 'cinder-backup');
      expect(levels).toMatch(/cinder\.backup\s+\|\s+DEBUG/);
      const second = ['--os-volume-api-version', '3.0', '--service-type', 'volumev2'];
      expect(await cinder(...second, 'list')).toContain('Status');
    },
    timeoutMs,
  );
});

/** Cinder's client reads no clouds.yaml: its settings come from the environment alone. */
async function passwordSettings(engine: EngineProcess): Promise<NodeJS.ProcessEnv> {
  const cli = new OpenStackCli(engine, 'cinderkit');
  try {
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
  } finally {
    await cli.close();
  }
}
