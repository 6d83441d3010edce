// `cinderkit terraform ...`: what lands where, what is said, and what is refused.

import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InstallSandbox, sandboxFile, sandboxVersion, write } from '../support/install-sandbox';
import type { Case } from '../support/install-sandbox';
import { notRun } from '../support/not-run';

const fileName = sandboxFile;
const registries = ['registry.terraform.io', 'registry.opentofu.org'];

let box: string;
let sandbox: InstallSandbox;
beforeEach(async () => {
  sandbox = await InstallSandbox.make();
  box = sandbox.folder;
});
afterEach(() => sandbox.remove());

const run = (words: string, given?: Case) => sandbox.run(words, given);
const plugins = (...parts: string[]) => sandbox.plugins(...parts);
const installed = (registry: string, platform?: string) => sandbox.installed(registry, platform);
const record = () => sandbox.record();

describe('install', () => {
  it('puts the provider where each program looks, and records where the package lies', async () => {
    const { out, err, code } = await run('install');
    expect(code).toBeUndefined();
    expect(err).toBe('');
    for (const registry of registries) {
      expect(readFileSync(installed(registry), 'utf8')).toBe('#!/bin/sh\nexit 1\n');
      expect(statSync(installed(registry)).mode & 0o777).toBe(0o755);
      expect(out).toContain(installed(registry));
    }
    expect(JSON.parse(readFileSync(record(), 'utf8'))).toEqual({ package: join(box, 'package') });
    expect(out).toContain('source  = "cinderkit/cinderkit"\n      version = "1.2.3"');
    expect(out).toContain('terraform init, or tofu init. Node >=22.19 must be');
  });

  it('brings what belongs beside the provider, and runs the provider all the same', async () => {
    const beside = { 'licences.txt': 'MIT', 'package.json': '{ "type": "commonjs" }' };
    write(join(box, 'package/dist/terraform/terraform-provider-cinderkit_v0.0.9'), 'an older one');
    for (const [name, text] of Object.entries(beside)) {
      write(join(box, 'package/dist/terraform', name), text);
    }
    await run('install');
    const folder = dirname(installed('registry.terraform.io'));
    expect(readdirSync(folder).sort()).toEqual([...Object.keys(beside), fileName].sort());
    // Both programs run the first file whose name begins like a provider's.
    expect(
      readdirSync(folder)
        .sort()
        .find((name) => name.startsWith('terraform-')),
    ).toBe(fileName);
  });

  it('changes nothing when it is repeated', async () => {
    await run('install');
    const long = new Date(1_000_000);
    const files = [...registries.map((one) => installed(one)), record()];
    for (const file of files) utimesSync(file, long, long);
    const { out } = await run('install --json');
    const told = JSON.parse(out) as { files: { written: string }[]; warnings: string[] };
    expect(told.files.map(({ written }) => written)).toEqual(['kept', 'kept']);
    expect(told.warnings).toEqual([]);
    expect(files.map((file) => statSync(file).mtimeMs)).toEqual(files.map(() => 1_000_000));
    expect((await run('install')).out).toContain('was already installed');
  });

  it('replaces other content of a version whole, and says what a lock then does', async () => {
    await run('install');
    const before = statSync(installed('registry.terraform.io')).ino;
    write(join(box, 'package/dist/terraform', fileName), '#!/bin/sh\nexit 2\n');
    const { err } = await run('install');
    expect(err).toMatch(/^warning: .*\.terraform\.lock\.hcl and run init again\n$/);
    expect(readFileSync(installed('registry.terraform.io'), 'utf8')).toContain('exit 2');
    // A new file: a provider that runs goes on with the old one.
    expect(statSync(installed('registry.terraform.io')).ino).not.toBe(before);
  });

  it('gives one JSON value on demand', async () => {
    const { out } = await run('install --json');
    expect(JSON.parse(out)).toEqual({
      version: sandboxVersion,
      source: 'cinderkit/cinderkit',
      folder: plugins(),
      files: registries.map((registry, at) => ({
        program: at === 0 ? 'terraform' : 'tofu',
        platform: 'linux_amd64',
        file: installed(registry),
        written: 'made',
      })),
      record: record(),
      requiredProviders: expect.stringContaining('required_providers'),
      warnings: [],
    });
  });

  it('serves both kinds of Mac, for the program may be of the other', async () => {
    await run('install', { platform: 'darwin', arch: 'arm64' });
    for (const platform of ['darwin_amd64', 'darwin_arm64']) {
      expect(existsSync(installed('registry.terraform.io', platform))).toBe(true);
    }
  });

  it('keeps the record where XDG_DATA_HOME says', async () => {
    await run('install', { env: { XDG_DATA_HOME: join(box, 'data') } });
    expect(existsSync(join(box, 'data/cinderkit/install.json'))).toBe(true);
  });

  it('does not make a ~/.terraform.d that would hide the settings of OpenTofu', async () => {
    mkdirSync(join(box, 'config/opentofu'), { recursive: true });
    const env = { XDG_CONFIG_HOME: join(box, 'config') };
    const { out } = await run('install --json', { env });
    expect((JSON.parse(out) as { folder: string }).folder).toBe(
      join(box, '.local/share/terraform/plugins'),
    );
    expect(existsSync(join(box, '.terraform.d'))).toBe(false);
  });

  it('warns when the package lies where npx may take it away', async () => {
    const folder = join(box, '.npm/_npx/1f/node_modules/cinderkit');
    write(join(folder, 'dist/terraform', fileName), 'x');
    const { err, code } = await run('install', { package: folder });
    expect(code).toBeUndefined();
    expect(err).toContain('npm install --save-dev cinderkit');
  });
});

describe('what cannot be done', () => {
  it('is refused when the provider is not in the package', async () => {
    rmSync(join(box, 'package/dist'), { recursive: true });
    const { out, err, code } = await run('install');
    expect({ out, code }).toEqual({ out: '', code: 1 });
    expect(err).toContain(join(box, 'package/dist/terraform', fileName));
    expect(err).toContain('npm run build');
    expect(existsSync(plugins())).toBe(false);
  });

  it('is refused with the path when a folder is in the way of a file', async () => {
    write(join(box, 'taken'), 'a file');
    const { out, code } = await run('install --json --plugin-dir taken');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      error: { code: 'folderUnusable', message: expect.stringContaining(join(box, 'taken')) },
    });
  });

  const isRoot = process.getuid?.() === 0;
  const title = 'is refused, with nothing half-made, when the folder may not be written';
  if (isRoot) notRun(title, 'root may write everywhere');
  else {
    it(title, async () => {
      mkdirSync(plugins(), { recursive: true });
      chmodSync(plugins(), 0o500);
      const { err, code } = await run('install');
      chmodSync(plugins(), 0o700);
      expect(code).toBe(1);
      expect(err).toContain('--plugin-dir');
      expect(existsSync(record())).toBe(false);
    });
  }

  it.each(['install', 'uninstall', 'dev-overrides'])('%s is refused on Windows', async (word) => {
    const { err, code } = await run(word, { platform: 'win32' });
    expect(code).toBe(1);
    expect(err).toContain('WSL');
  });
});

describe('uninstall', () => {
  it('removes every version and the record, and leaves other providers', async () => {
    await run('install');
    write(join(box, 'package/dist/terraform/terraform-provider-cinderkit_v2.0.0'), 'x');
    await run('install', { version: '2.0.0' });
    const other = write(plugins('registry.terraform.io/acme/demo/1.0.0/linux_amd64/p'), 'x');
    const { out } = await run('uninstall --json');
    expect(JSON.parse(out)).toEqual({
      removed: [
        ...registries.flatMap((registry) =>
          ['1.2.3', '2.0.0'].map((one) => plugins(registry, 'cinderkit/cinderkit', one)),
        ),
        record(),
      ],
    });
    expect(existsSync(other)).toBe(true);
    expect(existsSync(plugins('registry.terraform.io/cinderkit'))).toBe(false);
    expect(existsSync(plugins('registry.opentofu.org'))).toBe(false);
    expect(existsSync(dirname(record()))).toBe(false);
  });

  it('can be repeated', async () => {
    expect(await run('uninstall')).toEqual({
      out: 'No provider was installed.\n',
      err: '',
      code: undefined,
    });
  });
});

describe('dev-overrides', () => {
  it('prints settings that name the package for both programs', async () => {
    const { out, err } = await run('dev-overrides');
    for (const registry of registries) {
      expect(out).toContain(`"${registry}/cinderkit/cinderkit" = "${box}/package/dist/terraform"`);
    }
    expect(err).toContain('TF_CLI_CONFIG_FILE');
  });

  it('writes them, again and again, but never over a file that is not its own', async () => {
    const file = join(box, 'dev.tfrc');
    const { out } = await run('dev-overrides --write dev.tfrc');
    expect(out).toContain(`export TF_CLI_CONFIG_FILE=${file}`);
    expect((await run('dev-overrides --write dev.tfrc --json')).code).toBeUndefined();
    write(file, 'credentials "x" {}\n');
    const refused = await run('dev-overrides --write dev.tfrc');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`could not write ${file}`);
    expect(readFileSync(file, 'utf8')).toBe('credentials "x" {}\n');
  });
});
