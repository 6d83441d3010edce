// Installs as the real terraform and tofu see them, and the settings of users that come between:
// what is warned of is so, and what is printed against it helps.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InstallSandbox, sandboxFile, sandboxVersion, write } from '../support/install-sandbox';
import type { Case } from '../support/install-sandbox';
import { notRun } from '../support/not-run';
import { toolMissing } from '../support/tools';

const exec = promisify(execFile);

let box: string;
let sandbox: InstallSandbox;
beforeEach(async () => {
  sandbox = await InstallSandbox.make();
  box = sandbox.folder;
});
afterEach(() => sandbox.remove());

const run = (words: string, given?: Case) => sandbox.run(words, given);
const plugins = (...parts: string[]) => sandbox.plugins(...parts);

describe('settings of the user', () => {
  const installation = (body: string) => `provider_installation {\n${body}\n}\n`;
  const direct = installation('  direct {}');
  const mirror = (path: string, more = '') =>
    installation(`  filesystem_mirror {\n    path = "${path}"\n${more}  }\n  direct {}`);
  const overridesOf = (address: string) =>
    installation(`  dev_overrides {\n    "${address}" = "/src"\n  }\n  direct {}`);
  const both = /not looked into by terraform and tofu, for .*\.terraformrc names other places/;

  it.each([
    ['.terraformrc', direct, both],
    ['.terraform.d/own.tfrc', direct, /by terraform and tofu, for .*own\.tfrc names/],
    ['.tofurc', direct, /not looked into by tofu, for .*\.tofurc names/],
    ['.terraformrc', JSON.stringify({ provider_installation: [{ direct: [{}] }] }), both],
    ['.terraformrc', mirror('/elsewhere'), both],
    [
      '.terraformrc',
      overridesOf('registry.opentofu.org/cinderkit/cinderkit'),
      /not looked into by terraform, for .*not used by tofu: dev_overrides in/s,
    ],
    ['.terraformrc', overridesOf('cinderkit/cinderkit'), /not used by terraform and tofu: dev_ov/],
  ])('in %s that lead elsewhere are told (case %#)', async (file, text, warning) => {
    write(join(box, file), text);
    const { err, code } = await run('install');
    expect(code).toBeUndefined();
    expect(err).toMatch(warning);
  });

  it.each([
    ['say nothing about providers', () => 'plugin_cache_dir = "/x" # provider_installation {}'],
    ['name the folder', () => mirror(plugins())],
    [
      'name the folder for this provider',
      () => mirror(plugins(), '    include = ["acme/*", "cinderkit/cinderkit"]\n'),
    ],
    [
      'name the folder as JSON',
      () => JSON.stringify({ provider_installation: { filesystem_mirror: { path: plugins() } } }),
    ],
    ['cannot be understood', () => 'provider_installation "{'],
  ])('that %s are no reason to warn', async (_case, text) => {
    write(join(box, '.terraformrc'), text());
    const { err, code } = await run('install');
    expect({ err, code }).toEqual({ err: '', code: undefined });
  });

  it.each([
    ['include = ["*/acme/*"]', 'other providers alone'],
    ['exclude = ["cinderkit/*"]', 'all but this one'],
  ])('that name the folder with %s (%s) are told', async (more) => {
    write(join(box, '.terraformrc'), mirror(plugins(), `    ${more}\n`));
    expect((await run('install')).err).toMatch(both);
  });

  it('are those of the file that TF_CLI_CONFIG_FILE names, and no other', async () => {
    write(join(box, '.terraformrc'), direct);
    const named = write(join(box, 'named.rc'), 'disable_checkpoint = true\n');
    expect((await run('install', { env: { TF_CLI_CONFIG_FILE: 'named.rc' } })).err).toBe('');
    write(named, direct);
    const { err } = await run('install', { env: { TF_CLI_CONFIG_FILE: named } });
    expect(err).toContain(`${named} names other places`);
  });

  it('are needed for a folder of the user, and enough', async () => {
    const { err } = await run('install --plugin-dir own');
    expect(existsSync(join(box, 'own/registry.opentofu.org/cinderkit/cinderkit'))).toBe(true);
    expect(err).toContain('it is not one of their own');
    write(join(box, '.terraformrc'), err.slice(err.indexOf('provider_installation {')));
    expect((await run('install --plugin-dir own')).err).toBe('');
  });
});

describe('with the real programs', () => {
  const real = {
    terraform: process.env['CINDERKIT_TERRAFORM_BIN'] ?? 'terraform',
    tofu: process.env['CINDERKIT_TOFU_BIN'] ?? 'tofu',
  };

  for (const [name, program] of Object.entries(real)) {
    const isAbsent = program === name && toolMissing(name) !== null;
    if (isAbsent) {
      notRun(`${name} finds what was installed`, `there is no ${name} on PATH`);
      continue;
    }

    /** Runs the program in a project that asks for the provider as `install` says. */
    const runReal = async (words: string[], env: NodeJS.ProcessEnv = {}) => {
      const own = { HOME: box, PATH: process.env['PATH'], CHECKPOINT_DISABLE: '1', NO_COLOR: '1' };
      const cwd = join(box, 'project');
      const { requiredProviders } = JSON.parse((await run('install --json')).out) as {
        requiredProviders: string;
      };
      write(join(cwd, 'main.tf'), requiredProviders);
      return exec(program, words, { cwd, env: { ...own, ...env } });
    };

    it(`${name} init takes what was installed`, async () => {
      const { stdout } = await runReal(['init', '-no-color']);
      expect(stdout).toContain(
        `Installed cinderkit/cinderkit v${sandboxVersion} (unauthenticated)`,
      );
    });

    it(`${name} init takes it through the settings that a warning gives`, async () => {
      const file = write(join(box, 'cli.rc'), 'provider_installation {\n  direct {}\n}\n');
      const env = { TF_CLI_CONFIG_FILE: file };
      const { err } = await run('install', { env });
      write(file, err.slice(err.indexOf('provider_installation {')));
      const { stdout } = await runReal(['init', '-no-color'], env);
      expect(stdout).toContain(`Installed cinderkit/cinderkit v${sandboxVersion}`);
      expect((await run('install', { env })).err).toBe('');
    });

    it(`${name} reads the settings of dev-overrides`, async () => {
      await run('dev-overrides --write dev.tfrc');
      const env = { TF_CLI_CONFIG_FILE: join(box, 'dev.tfrc') };
      // The stand-in is no provider: that it was run at all is what shows that it was found.
      const failed = await runReal(['providers', 'schema', '-json'], env).then(
        () => '',
        (error: { stderr: string }) => error.stderr,
      );
      expect(failed).toContain(`${box}/package/dist/terraform/${sandboxFile}`);
    });
  }
});
