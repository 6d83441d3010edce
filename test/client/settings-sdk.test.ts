// The same configurations, read by openstacksdk: people's clouds.yaml files were written for it,
// so it says what they mean. Runs where the module is installed for the system's Python.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { resolveSettings } from '../../provider/client/settings';
import { notRun } from '../support/not-run';
import type { CaseFolder } from './case-folder';
import { layOut, plainSettings } from './case-folder';
import { settingsCases } from './settings-cases';

const python = process.env['CINDERKIT_SDK_PYTHON'] ?? '/usr/bin/python3';
const compared = settingsCases.filter(({ sdk }) => sdk);

const text = z.string().nullish();
const answerShape = z.looseObject({
  error: z.string().optional(),
  auth: z.record(z.string(), z.unknown()).optional(),
  region: text,
  interface: text,
  verify: z.union([z.boolean(), z.string()]).optional(),
  cert: z.union([z.string(), z.array(z.string())]).nullish(),
  microversion: text,
  endpoint: text,
});

type SdkAnswer = z.output<typeof answerShape>;

function hasSdk(): boolean {
  try {
    execFileSync(python, ['-c', 'import openstack.config'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** openstacksdk's answer in the form of plainSettings. */
function plainAnswer({ auth = {}, ...answer }: SdkAnswer): Record<string, unknown> {
  const get = (key: string): string | undefined => auth[key]?.toString();
  const named = (whose: string) => {
    const [id, name] = [get(`${whose}_id`), get(`${whose}_name`)];
    return id === undefined ? (name === undefined ? undefined : { name }) : { id };
  };
  const user = get('user_id')
    ? { id: get('user_id') }
    : { name: get('username'), domain: named('user_domain') };
  const credential = get('application_credential_id');
  const cert = [answer.cert ?? []].flat();
  return {
    authUrl: get('auth_url'),
    region: answer.region || null,
    volumeInterface: answer.interface,
    verify: answer.verify !== false,
    cacertFile: typeof answer.verify === 'string' ? answer.verify : null,
    certFile: cert[0] ?? null,
    keyFile: cert[1] ?? null,
    microversion: answer.microversion ?? undefined,
    endpoint: answer.endpoint ?? undefined,
    scope: credential ? { kind: 'default' } : scopeOf(get, named),
    ...(credential
      ? { credential: { id: credential }, secret: get('application_credential_secret') }
      : get('token')
        ? { token: get('token') }
        : { user, password: get('password') }),
  };
}

function scopeOf(
  get: (key: string) => string | undefined,
  named: (whose: string) => object | undefined,
): object {
  if (get('trust_id')) return { kind: 'trust', trustId: get('trust_id') };
  if (get('system_scope')) return { kind: 'system' };
  if (get('project_id')) return { kind: 'project', project: { id: get('project_id') } };
  const name = get('project_name');
  if (name) return { kind: 'project', project: { name, domain: named('project_domain') } };
  const domain = named('domain');
  return domain ? { kind: 'domain', domain } : { kind: 'default' };
}

if (!hasSdk()) {
  notRun(
    'openstacksdk reads the same',
    `${python} has no module openstack; on Debian: apt-get install python3-openstacksdk`,
  );
} else {
  describe('openstacksdk reads the same', () => {
    const folders: CaseFolder[] = [];
    let answers: SdkAnswer[] = [];

    beforeAll(async () => {
      for (const each of compared) folders.push(await layOut(each));
      const input = folders.map(({ surroundings }, at) => ({
        ...surroundings,
        args: compared[at]?.explicit?.region ? { region_name: compared[at].explicit.region } : {},
      }));
      const script = join(__dirname, 'read-with-sdk.py');
      const output = execFileSync(python, [script], { input: JSON.stringify(input) });
      answers = z.array(answerShape).parse(JSON.parse(output.toString('utf8')));
    });

    afterAll(() => Promise.all(folders.map((folder) => folder.remove())));

    test.each(compared.map((each, at) => [each.title, at] as const))('%s', async (_title, at) => {
      const [given, folder, answer] = [compared[at], folders[at], answers[at]];
      if (!given || !folder || !answer) throw new Error('a case is missing');
      expect(answer.error).toBeUndefined();
      const ours = await resolveSettings(given.explicit ?? {}, folder.surroundings);
      expect(ours).not.toBeNull();
      const { interface: _interface, ...plain } = ours ? plainSettings(ours) : {};
      const relevant = plain['verify'] === false ? { ...plain, cacertFile: null } : plain;
      expect(relevant).toEqual(plainAnswer(answer));
    });
  });
}
