// How the toolchain comes by the programs of Terraform's side: which way is taken, what is pinned,
// that work is never repeated, and that nothing half-made is left.

import { existsSync, readFileSync, readdirSync, truncateSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Sandbox } from './toolchain-sandbox';

const toolchain = resolve(__dirname, '../../scripts/toolchain');
const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => box.remove());

const toolOf = (stdout: string): unknown => (JSON.parse(stdout) as { tools: unknown[] }).tools[0];
const linesOf = (name: string): string[] =>
  existsSync(box.path(name)) ? readFileSync(box.path(name), 'utf8').trim().split('\n') : [];

/** A Go that "builds" programs which say `says`; notes its folder and arguments in `builds`. */
const go = ({ version = 'go1.26.8', toolchain: fetching = 'auto', says = '', fails = '' } = {}) =>
  box.program(
    'go',
    `case "$1" in
env) echo ${version}; echo ${fetching};;
build)
  echo "$PWD CGO_ENABLED=$CGO_ENABLED GOFLAGS=$GOFLAGS $*" >> "$BOX/builds"
  ${fails}
  while [ "$1" != -o ]; do shift; done
  printf '#!/bin/sh\\necho %s\\n' '${says}' > "$2"
  /bin/chmod 755 "$2";;
esac`,
  );
const buildsTofu = () => go({ says: 'OpenTofu v1.12.6' });

describe('terraform', () => {
  it('is taken from PATH, asked without settings of the user and without its maker', async () => {
    box.program(
      'terraform',
      'echo "$CHECKPOINT_DISABLE $TF_CLI_CONFIG_FILE" > "$BOX/asked"\necho Terraform v1.8.0',
    );
    const { code, stdout } = await box.run('terraform', '--json');
    expect(code).toBe(0);
    expect(toolOf(stdout)).toEqual({
      need: 'terraform',
      binDir: box.bin,
      program: join(box.bin, 'terraform'),
      version: '1.8.0',
      source: 'path',
    });
    expect(linesOf('asked')).toEqual(['1 /dev/null']);
  });

  it.each([
    ['not there', () => undefined, /there is no terraform on PATH/],
    ['too old', () => box.program('terraform', 'echo Terraform v1.7.5'), /1\.7\.5, older than 1/],
    ['broken', () => box.program('terraform', 'exit 1'), /gave no version/],
  ])('is refused with the reason, and not built, when it is %s', async (_case, prepare, reason) => {
    prepare();
    buildsTofu();
    const { code, stderr } = await box.run('terraform');
    expect(code).toBe(3);
    expect(stderr).toMatch(reason);
    expect(stderr).toContain('https://developer.hashicorp.com/terraform/install');
    expect(linesOf('builds')).toEqual([]);
  });
});

describe('tofu', () => {
  const cached = 'tofu-1.12.6';

  it('is taken from PATH when it is new enough', async () => {
    box.program('tofu', 'echo OpenTofu v1.9.0');
    const { stdout } = await box.run('tofu', '--json');
    expect(toolOf(stdout)).toMatchObject({ version: '1.9.0', source: 'path', binDir: box.bin });
  });

  it('is built once from what our go.mod and go.sum pin, and then found in the cache', async () => {
    buildsTofu();
    const first = await box.run('tofu', '--json');
    expect(first).toMatchObject({ code: 0 });
    expect(toolOf(first.stdout)).toMatchObject({ version: '1.12.6', source: 'go' });
    const second = await box.run('tofu', '--json');
    expect(toolOf(second.stdout)).toEqual({
      need: 'tofu',
      program: join(box.cache, cached, 'bin', 'tofu'),
      binDir: join(box.cache, cached, 'bin'),
      version: '1.12.6',
      source: 'cache',
    });
    const [build = '', ...more] = linesOf('builds');
    expect(more).toEqual([]);
    expect(build).toContain(
      `${join(toolchain, 'tofu-cli')} CGO_ENABLED=0 GOFLAGS= build -mod=read`,
    );
    expect(build).toMatch(/github\.com\/opentofu\/opentofu\/cmd\/tofu$/);
  });

  it('is built again when the file in the cache is not as it was', async () => {
    buildsTofu();
    await box.run('tofu');
    truncateSync(join(box.cache, cached, 'bin', 'tofu'), 3);
    expect(toolOf((await box.run('tofu', '--json')).stdout)).toMatchObject({ source: 'go' });
    expect(linesOf('builds')).toHaveLength(2);
  });

  it('tells the last lines and the log when the build fails, and leaves nothing', async () => {
    go({ fails: 'echo "missing go.sum entry" >&2; exit 1' });
    const { code, stderr } = await box.run('tofu');
    expect(code).toBe(4);
    expect(stderr).toContain('missing go.sum entry');
    const log = /The whole log: (.*)/.exec(stderr)?.[1] ?? '';
    expect(readFileSync(log, 'utf8')).toContain('missing go.sum entry');
    expect(readdirSync(box.cache)).toEqual(['logs']);
  });

  it('does not count as there when what was built is another version', async () => {
    go({ says: 'OpenTofu v1.12.7' });
    const { code, stderr } = await box.run('tofu');
    expect(code).toBe(4);
    expect(stderr).toContain('gives version 1.12.7, not 1.12.6');
    expect(box.cached(cached)).toBe(false);
  });

  it.each([
    ['no go', () => undefined, /there is no go on PATH/],
    [
      'an older go that may not fetch a newer',
      () => go({ version: 'go1.26.5', toolchain: 'local' }),
      /go is 1\.26\.5 with GOTOOLCHAIN=local/,
    ],
  ])('is refused with what to do when there is %s', async (_case, prepare, reason) => {
    prepare();
    const { code, stderr } = await box.run('tofu');
    expect(code).toBe(3);
    expect(stderr).toMatch(reason);
    expect(stderr).toContain('https://opentofu.org/docs/intro/install');
    expect(stderr).toContain('Go 1.26.6 or newer');
  });
});

describe('the provider that benchmarks compare with', () => {
  it('lies in the cache as a filesystem mirror', async () => {
    go({ says: 'This binary is a plugin.' });
    const { stdout } = await box.run('peer-provider', '--json');
    const mirror = join(box.cache, 'terraform-provider-openstack-1.54.1');
    const address = 'registry.terraform.io/terraform-provider-openstack/openstack';
    const folder = join(mirror, address, '1.54.1', platform);
    expect(toolOf(stdout)).toMatchObject({ mirror, binDir: folder, source: 'go' });
    expect(readdirSync(folder)).toEqual(['terraform-provider-openstack_v1.54.1']);
  });
});

describe('the command lines of the CDKs', () => {
  // Stands for `npm ci`: notes what it was asked, and installs the version that is locked.
  const npm = (version: string, fails = '') =>
    box.program(
      'npm',
      `echo "$*" >> "$BOX/npm-args"
/bin/cat package-lock.json > "$BOX/lock-seen"
${fails}
for name in cdktf cdktn; do
  /bin/mkdir -p node_modules/.bin node_modules/$name-cli
  echo '{"version":"${version}"}' > node_modules/$name-cli/package.json
  echo '#!/bin/sh' > node_modules/.bin/$name
done`,
    );

  it.each([
    ['cdktf', '0.21.0'],
    ['cdktn', '0.24.0'],
  ])('%s is installed once from its lock, with no install script run', async (name, version) => {
    npm(version);
    expect(toolOf((await box.run(name, '--json')).stdout)).toMatchObject({
      version,
      source: 'npm',
    });
    const bin = join(box.cache, `${name}-cli-${version}`, 'node_modules', '.bin');
    expect(toolOf((await box.run(name, '--json')).stdout)).toEqual({
      need: name,
      binDir: bin,
      program: join(bin, name),
      version,
      source: 'cache',
    });
    expect(linesOf('npm-args')).toEqual([expect.stringMatching(/^ci --ignore-scripts /)]);
    expect(readFileSync(box.path('lock-seen'), 'utf8')).toBe(
      readFileSync(join(toolchain, 'cdk-cli', name, 'package-lock.json'), 'utf8'),
    );
  });

  it('brings the Node that cdktf needs, and leaves cdktn with that of PATH', async () => {
    const node = `node_modules/node-${process.platform}-${process.arch}/bin`;
    const makes = `/bin/mkdir -p ${node}; : > ${node}/node; /bin/chmod 755 ${node}/node`;
    npm('0.21.0', makes);
    const folder = join(box.cache, 'cdktf-cli-0.21.0');
    const cdktf = toolOf((await box.run('cdktf', '--json')).stdout);
    expect(cdktf).toMatchObject({ node: join(folder, node, 'node') });
    npm('0.24.0', makes);
    expect(toolOf((await box.run('cdktn', '--json')).stdout)).not.toHaveProperty('node');
  });

  it('are not there, and leave nothing, when npm fails or brings another version', async () => {
    npm('0.21.0', 'echo "npm error Missing: x from lock file" >&2; exit 1');
    expect(await box.run('cdktf')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('Missing: x from lock file'),
    });
    npm('0.20.0');
    expect(await box.run('cdktf')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('npm brought cdktf-cli 0.20.0'),
    });
    expect(readdirSync(box.cache)).toEqual(['logs']);
  });

  it('are refused with what to do when there is no npm', async () => {
    expect(await box.run('cdktn')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('there is no npm on PATH'),
    });
  });
});

describe('pins', () => {
  const read = (...parts: string[]) => readFileSync(join(toolchain, ...parts), 'utf8');
  const pins = async (): Promise<Record<string, { version: string; package: string }>> =>
    JSON.parse(
      (
        await box.runModule(`import * as pins from 'TOOLCHAIN/terraform-pins.mjs';
const { cdktf, cdktn } = pins.cdkClis;
console.log(JSON.stringify({ tofu: pins.goTofu, peer: pins.goPeerProvider, cdktf, cdktn }));`)
      ).stdout,
    ) as Record<string, { version: string; package: string }>;

  it('of Go say the same in go.mod, with checksums', async () => {
    const { tofu, peer } = await pins();
    const module = 'github.com/opentofu/opentofu';
    expect(read('tofu-cli', 'go.mod')).toContain(`${module} v${tofu?.version}`);
    expect(read('tofu-cli', 'go.sum')).toContain(`${module} v${tofu?.version} h1:`);
    expect(read('peer-provider', 'go.mod')).toContain(`${peer?.package} v${peer?.version}`);
    expect(read('peer-provider', 'go.sum')).toContain(`${peer?.package} v${peer?.version} h1:`);
  });

  it.each(['cdktf', 'cdktn'])('of %s are one exact version and checksums', async (name) => {
    const version = (await pins())[name]?.version ?? '';
    const { dependencies } = JSON.parse(read('cdk-cli', name, 'package.json')) as Lock;
    expect(dependencies).toEqual({ [`${name}-cli`]: version });
    const { packages } = JSON.parse(read('cdk-cli', name, 'package-lock.json')) as Lock;
    expect(packages[`node_modules/${name}-cli`]?.version).toBe(version);
    // A bundled package comes inside the checked file of the one that bundles it.
    const bare = Object.entries(packages).filter(([, { integrity, inBundle }]) => {
      return integrity === undefined && inBundle !== true;
    });
    expect(bare.map(([path]) => path)).toEqual(['']);
  });
});

interface Lock {
  readonly dependencies: Record<string, string>;
  readonly packages: Record<string, { version?: string; integrity?: string; inBundle?: boolean }>;
}
