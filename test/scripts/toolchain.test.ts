// The toolchain's command line: system packages, what it prints for programs, and its exit codes.

import { existsSync, readFileSync } from 'node:fs';
import { notRun } from '../support/not-run';
import { Sandbox } from './toolchain-sandbox';

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => box.remove());

const isRoot = process.getuid?.() === 0;
const present = (name: string) => box.program(name, `echo "${name} version 7.2.9"`);
// Notes its arguments; "installs" whatever it is told to by making a program in PATH.
const apt = (installs = '') =>
  box.program(
    'apt-get',
    `echo "$DEBIAN_FRONTEND $@" >> "$BOX/apt-calls"
case "$*" in *" install "*) ${installs === '' ? 'exit 100' : installs};; esac`,
  );
const making = (name: string) =>
  `printf '#!/bin/sh\\necho 1.2.3\\n' > "$BOX/bin/${name}"; /bin/chmod 755 "$BOX/bin/${name}"`;
const aptCalls = () =>
  existsSync(box.path('apt-calls')) ? readFileSync(box.path('apt-calls'), 'utf8') : '';

describe('system packages', () => {
  it('are reported with their versions when they are there', async () => {
    present('qemu-img');
    const { code, stdout, stderr } = await box.run('qemu', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      tools: [{ need: 'qemu', binDir: box.bin, version: '7.2.9', source: 'path' }],
      missing: [],
    });
    expect(stderr).toMatch(/^ok +qemu +7\.2\.9, from PATH/);
  });

  it('are named with the exact command, and nothing is installed, without consent', async () => {
    apt(making('qemu-img'));
    const { code, stderr } = await box.run('qemu');
    expect(code).toBe(3);
    const sudo = isRoot ? '' : 'sudo ';
    expect(stderr).toContain(`Run: ${sudo}apt-get update && ${sudo}apt-get install -y qemu-utils`);
    expect(aptCalls()).toBe('');
  });

  it('are named by program and package where there is no apt-get', async () => {
    const { code, stderr } = await box.run('qemu', '--yes');
    expect(code).toBe(3);
    expect(stderr).toMatch(/Install qemu-img with your system's package manager.*qemu-utils/);
  });

  it('may lack when they are optional: said, listed, not fatal', async () => {
    const { code, stdout, stderr } = await box.run('openstack', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ tools: [], missing: ['openstack'] });
    expect(stderr).toMatch(/missing +openstack +no openstack \(optional\), needed for the test/);
  });

  if (!isRoot) {
    notRun('are installed by root with --yes', 'only root may install packages');
  } else {
    it('are installed by root with --yes, without questions', async () => {
      apt(making('qemu-img'));
      const { code, stdout } = await box.run('qemu', '--yes', '--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ tools: [{ version: '1.2.3', source: 'apt' }] });
      expect(aptCalls()).toMatch(
        /^noninteractive .*install -y --no-install-recommends qemu-utils$/m,
      );
    });

    it('are looked for once more after apt-get update, then named', async () => {
      apt();
      const { code, stderr } = await box.run('qemu', '--yes');
      expect(code).toBe(3);
      expect(
        aptCalls()
          .match(/ (update|install)/g)
          ?.slice(-3),
      ).toEqual([' install', ' update', ' install']);
      expect(stderr).toMatch(/apt-get install .* failed[\s\S]*The whole log: .*apt\.log/);
    });

    it('do not keep a required one away when an optional one cannot be had', async () => {
      apt(`case "$*" in *openstack*) exit 100;; esac; ${making('qemu-img')}`);
      const { code, stdout } = await box.run('openstack', 'qemu', '--yes', '--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        tools: [{ need: 'qemu' }],
        missing: ['openstack'],
      });
    });
  }
});

describe('the command line', () => {
  it('prints lines that a shell can read, with each folder once', async () => {
    present('qemu-img');
    box.pulumiOnPath('3.270.0');
    const { stdout } = await box.run('pulumi', 'qemu', '--print-env');
    expect(stdout).toBe(`export PATH='${box.bin}':"$PATH"\n`);
  });

  it.each([
    [[], /Usage: node scripts\/toolchain\.mjs/],
    [['warp-drive'], /There is no need "warp-drive"; known are .*qemu/],
    [['pulumi', '--from', 'magic'], /--from knows path, npm, go, not "magic"/],
    [['pulumi', '--quick'], /--quick/],
  ])('refuses wrong use %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await box.run(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });

  it.each([
    ['a terminal', { terminal: true, env: {} }, true],
    ['a terminal with NO_COLOR', { terminal: true, env: { NO_COLOR: '1' } }, false],
    ['a pipe', { terminal: false, env: {} }, false],
  ])('colours on %s as it should', async (_where, { terminal, env }, coloured) => {
    const { stdout } = await box.runModule(`import { createReport } from 'TOOLCHAIN/report.mjs';
const stream = { isTTY: ${terminal}, write: (text) => process.stdout.write(text) };
createReport({ stream, env: ${JSON.stringify(env)} }).have('x', 'y');`);
    expect(stdout.includes('\u001b[32m')).toBe(coloured);
    expect(stdout).toContain('ok');
  });
});
