// Configuration that cannot be meant, or that names a cloud that is not to be had: each is answered
// by a diagnostic at the line to blame, in a sentence, soon, and leaves no process behind.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { EngineProcess } from '../support/engine-process';
import { PlainCaller } from '../support/plain-caller';
import { everything } from '../support/scenario-cloud';
import { pointingAt } from '../support/scenario-runner';
import { TerraformProject } from '../support/terraform-project';
import type { Outcome } from '../support/terraform-project';
import { describeWithEither } from '../support/terraform-tools';
import {
  everythingLater,
  provider,
  refusedByPlan,
  refusedByValidate,
  volume,
} from './scenarios/wrong';

const timeoutMs = 60_000;
const stackTrace = /\n[\s│]+at .+:\d+:\d+/;
const versions = `terraform {
  required_providers {
    cinderkit = { source = "cinderkit/cinderkit" }
  }
}
`;

/** Asserts that a command failed in words, and blames the line. */
function expectBlame(what: string, ran: Outcome, told: RegExp, line: number | null): void {
  const text = ran.output.replace(/[\s│╷╵]+/g, ' ');
  expect([what, ran.code, text]).toEqual([what, 1, text]);
  expect([what, text]).toEqual([what, expect.stringMatching(told)]);
  if (line !== null) {
    expect([what, text]).toEqual([what, expect.stringContaining(`on main.tf line ${line}`)]);
  }
  expect([what, ran.output]).not.toEqual([what, expect.stringMatching(stackTrace)]);
  expect([what, text]).not.toEqual([
    what,
    expect.stringMatching(/Plugin (error|did not respond)|panic|Internal|undefined|\[object/),
  ]);
}

describeWithEither('configuration', (tool) => {
  let engine: EngineProcess;
  let cloud: PlainCaller;
  let project: TerraformProject;

  beforeAll(async () => {
    engine = await EngineProcess.start();
    cloud = await PlainCaller.login(engine.dataFolder, 'cinderkit');
    project = new TerraformProject(tool);
    project.write('versions.tf', versions);
    await project.init();
  }, timeoutMs);
  afterEach(() => project.expectQuiet());
  afterAll(async () => {
    await project.dispose();
    await engine.dispose();
  });

  it.each(refusedByValidate)(
    'with %s is refused by validate',
    async (what, text, told, line) => {
      project.write('main.tf', text);
      expectBlame(what, await project.run('validate', '-no-color'), told, line);
    },
    timeoutMs,
  );

  it.each(refusedByPlan)(
    'with %s is refused by plan',
    async (what, text, told, line) => {
      project.write('main.tf', text);
      expectBlame(what, await project.plan(), told, line);
    },
    timeoutMs,
  );

  describe('that names a cloud', () => {
    const held = new Set<Socket>();
    let silent: Server;
    let silentUrl: string;
    let closedUrl: string;

    beforeAll(async () => {
      silent = createServer((socket) => {
        held.add(socket.on('error', () => undefined));
      });
      silentUrl = await listening(silent);
      const gone = createServer();
      closedUrl = await listening(gone);
      await new Promise((resolve) => gone.close(resolve));
    });
    afterAll(() => {
      held.forEach((socket) => socket.destroy());
      silent.close();
    });

    const login = (url: string, password: string): string[] => [
      `endpoint = "${url}"`,
      `password = "${password}"`,
      'username = "admin"',
      'project_name = "cinderkit"',
      'user_domain_name = "Default"',
      'project_domain_name = "Default"',
      'request_timeout = "1s"',
    ];

    it(
      'that is not there is told which there are',
      async () => {
        const file = join(engine.dataFolder, 'clouds.yaml');
        project.write('main.tf', provider('cloud = "nowhere"', `clouds_file = "${file}"`));
        const ran = await project.plan();
        expectBlame('cloud', ran, /nowhere.*cinderkit-member/, 2);
      },
      timeoutMs,
    );

    it(
      'with a wrong password is told so, and the password is not',
      async () => {
        const url = `${cloud.url}/identity/v3`;
        project.write('main.tf', provider(...login(url, 'wrong-but-secret')));
        const ran = await project.apply();
        expectBlame('password', ran, /Cannot log in at/, 4);
        expect(ran.output).not.toContain('wrong-but-secret');
      },
      timeoutMs,
    );

    it(
      'that does not answer, or never ends to, is given up soon, and told of with its address',
      async () => {
        const startedAt = Date.now();
        const asked = [closedUrl, silentUrl].map(async (url) => {
          const apart = new TerraformProject(tool);
          try {
            apart.write('versions.tf', versions);
            apart.write('main.tf', provider(...login(`${url}/identity/v3`, 'a')));
            await apart.init();
            const ran = await apart.apply();
            expectBlame(url, ran, new RegExp(url.replace('http://', '')), 2);
            await apart.expectQuiet();
          } finally {
            await apart.dispose();
          }
        });
        await Promise.all(asked);
        expect(Date.now() - startedAt).toBeLessThan(45_000);
      },
      timeoutMs,
    );

    it(
      'by a value that is not known yet is planned, and applied when it is',
      async () => {
        const file = join(engine.dataFolder, 'clouds.yaml');
        project.write(
          'main.tf',
          'resource "terraform_data" "later" { input = "cinderkit" }\n' +
            provider('cloud = terraform_data.later.output', `clouds_file = "${file}"`),
        );
        const planned = await project.plan();
        expect([planned.code, planned.output]).toEqual([0, planned.output]);
        const applied = await project.applyPlan();
        expect([applied.code, applied.output]).toEqual([0, applied.output]);
        const destroyed = await project.destroy();
        expect([destroyed.code, destroyed.output]).toEqual([0, destroyed.output]);
        expect(await everything(cloud)).toEqual([]);
      },
      timeoutMs,
    );
  });

  describe('of an engine that cannot start', () => {
    it(
      'because its folder is a file',
      async () => {
        project.write('in-the-way', 'a file');
        const engineBlock = ['engine {', '  folder = "in-the-way/engine"', '}'];
        project.write('main.tf', provider(...engineBlock));
        expectBlame('folder', await project.apply(), /in-the-way/, null);
      },
      timeoutMs,
    );

    it(
      'because its settings are wrong: the setting is named',
      async () => {
        const folder = join(project.folder, 'broken');
        mkdirSync(folder, { mode: 0o700 });
        writeFileSync(join(folder, 'engine.yaml'), 'pools: none\n');
        project.write('main.tf', provider('engine {', '  folder = "broken"', '}'));
        expectBlame('settings', await project.apply(), /engine\.yaml.*pools/, null);
      },
      timeoutMs,
    );
  });

  describe('on a running engine', () => {
    let there: TerraformProject;

    beforeAll(async () => {
      there = new TerraformProject(tool, { env: pointingAt(engine) });
      there.write('versions.tf', versions);
      await there.init();
    }, timeoutMs);
    afterAll(() => there.dispose());

    it(
      'that shrinks is refused by plan, at the line',
      async () => {
        there.write('main.tf', volume('size_gib = 2'));
        const applied = await there.apply();
        expect([applied.code, applied.output]).toEqual([0, applied.output]);
        there.write('main.tf', volume('size_gib = 1'));
        expectBlame('shrink', await there.plan(), /size_gib cannot shrink from 2 to 1/, 2);
        there.write('main.tf', '');
        expect((await there.apply()).code).toBe(0);
      },
      timeoutMs,
    );

    it(
      'with a type that is not there fails with the words of the service',
      async () => {
        there.write('main.tf', volume('size_gib = 1', 'volume_type = "nothing"'));
        expectBlame('type', await there.apply(), /Volume type.* nothing could not be found/, null);
        expect(await there.objects()).toEqual([]);
      },
      timeoutMs,
    );

    it(
      'that goes over the quota is warned of by plan, and fails with the words of the service',
      async () => {
        const path = `/os-quota-sets/${cloud.projectId}`;
        const limit = (volumes: number): Promise<unknown> =>
          cloud.volume('PUT', path, { quota_set: { volumes } });
        await limit(2);
        there.write('main.tf', volume('count = 3', 'size_gib = 1'));
        const planned = await there.plan();
        expect([planned.code, planned.output]).toEqual([0, expect.stringContaining('Warning')]);
        expect(planned.output.replace(/[\s│]+/g, ' ')).toMatch(/quota.*2|2.*quota/i);
        const told = /Maximum number of volumes allowed \(2\) exceeded/;
        expectBlame('quota', await there.applyPlan(), told, null);
        expect(await there.objects()).toHaveLength(2);
        await limit(10);
        expect((await there.apply()).code).toBe(0);
        expect(await there.unfinished()).toBeNull();
        expect((await there.destroy()).code).toBe(0);
      },
      timeoutMs,
    );

    it(
      'of which every value is known only later is planned, and applied',
      async () => {
        there.write('disk.img', Buffer.alloc(65_536, 'later'));
        there.write('main.tf', everythingLater);
        const validated = await there.run('validate', '-no-color');
        expect([validated.code, validated.output]).toEqual([0, validated.output]);
        const applied = await there.apply();
        expect([applied.code, applied.output]).toEqual([0, applied.output]);
        expect(await there.unfinished()).toBeNull();
        const destroyed = await there.destroy();
        expect([destroyed.code, destroyed.output]).toEqual([0, destroyed.output]);
        expect(await everything(cloud)).toEqual([]);
      },
      timeoutMs,
    );
  });
});

function listening(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      // A server that listens on a port has an address with one.
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}
