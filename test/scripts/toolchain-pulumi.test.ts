// How the toolchain comes by Pulumi: which way is taken, that work is never repeated, and that
// nothing half-made is ever left, whatever stops it.

import { existsSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Sandbox, until } from './toolchain-sandbox';

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => box.remove());

const builds = () =>
  existsSync(box.path('builds')) ? readFileSync(box.path('builds'), 'utf8').trim().split('\n') : [];
const goFolder = 'pulumi-3.259.0';
const fromGo = ['pulumi', '--from', 'path,go', '--json'];
const toolOf = (stdout: string): unknown => (JSON.parse(stdout) as { tools: unknown[] }).tools[0];
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('on PATH', () => {
  it('is used when it is whole and new enough, with a home of our own', async () => {
    box.pulumiOnPath('3.200.0');
    const { code, stdout } = await box.run('pulumi', '--json');
    expect(code).toBe(0);
    expect(toolOf(stdout)).toEqual({
      need: 'pulumi',
      binDir: box.bin,
      version: '3.200.0',
      source: 'path',
    });
    expect(readFileSync(box.path('home-seen'), 'utf8').trim()).toBe(join(box.cache, 'pulumi-home'));
  });

  it.each([
    ['too old', () => box.pulumiOnPath('3.199.9'), /is 3\.199\.9, older than 3\.200\.0/],
    ['without its language host', () => box.program('pulumi', 'echo v3.300.0'), /has no pulumi-la/],
    ['not there', () => undefined, /there is no pulumi on PATH/],
  ])('is refused with the reason when it is %s', async (_case, prepare, reason) => {
    prepare();
    const { code, stderr } = await box.run('pulumi', '--from', 'path');
    expect(code).toBe(3);
    expect(stderr).toMatch(reason);
    expect(stderr).toContain('https://www.pulumi.com/docs/install');
  });
});

describe('built from Go modules', () => {
  it('is built once, and found in the cache from then on', async () => {
    box.go();
    const first = await box.run(...fromGo);
    expect(first).toMatchObject({ code: 0 });
    expect(toolOf(first.stdout)).toMatchObject({
      version: '3.259.0',
      languageHost: '3.68.0',
      source: 'go',
    });
    const second = await box.run(...fromGo);
    expect(toolOf(second.stdout)).toEqual({
      need: 'pulumi',
      binDir: join(box.cache, goFolder, 'bin'),
      version: '3.259.0',
      source: 'cache',
      languageHost: '3.68.0',
    });
    expect(builds()).toHaveLength(2);
  });

  it('is built again when a file in the cache is not as it was', async () => {
    box.go();
    await box.run(...fromGo);
    truncateSync(join(box.cache, goFolder, 'bin', 'pulumi-language-nodejs'), 3);
    const again = await box.run(...fromGo);
    expect(toolOf(again.stdout)).toMatchObject({ source: 'go' });
    expect(builds()).toHaveLength(4);
  });

  it('is built by one of two at a time; the other waits, says so, and uses it', async () => {
    box.go({ before: 'while [ ! -e "$BOX/release" ]; do /bin/sleep 0.05; done' });
    const one = box.start(...fromGo);
    await until('the first build begins', () => builds().length === 1);
    const other = box.start(...fromGo);
    let heard = '';
    other.child.stderr?.on('data', (bytes: Buffer) => (heard += bytes.toString()));
    await until('the other waits', () => heard.includes('waiting for it'));
    expect(heard).toContain(`process ${one.child.pid} is getting it`);
    writeFileSync(box.path('release'), '');
    expect(toolOf((await one.ended).stdout)).toMatchObject({ source: 'go' });
    expect(toolOf((await other.ended).stdout)).toMatchObject({ source: 'cache' });
    expect(builds()).toHaveLength(2);
  });

  it('can be stopped while it waits, which leaves the one that builds alone', async () => {
    box.go({ before: 'while [ ! -e "$BOX/release" ]; do /bin/sleep 0.05; done' });
    const one = box.start(...fromGo);
    await until('the build begins', () => builds().length === 1);
    const other = box.start(...fromGo);
    let heard = '';
    other.child.stderr?.on('data', (bytes: Buffer) => (heard += bytes.toString()));
    await until('the other waits', () => heard.includes('waiting for it'));
    other.child.kill('SIGINT');
    expect((await other.ended).code).toBe(130);
    expect(box.cached('.lock')).toBe(true);
    writeFileSync(box.path('release'), '');
    expect(await one.ended).toMatchObject({ code: 0 });
  });

  it('leaves nothing, and no process, when it is stopped by a signal', async () => {
    box.go({
      before: 'echo $$ > "$BOX/pid.part"; /bin/mv "$BOX/pid.part" "$BOX/pid"; /bin/sleep 600',
    });
    const { child, ended } = box.start(...fromGo);
    await until('the build runs', () => existsSync(box.path('pid')));
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 143, stderr: expect.stringContaining('stopped') });
    const builder = Number(readFileSync(box.path('pid'), 'utf8'));
    await until('the builder is gone', () => !isAlive(builder));
    expect(readdirSync(box.cache).sort()).toEqual(
      ['logs', 'pulumi-home'].filter((n) => box.cached(n)),
    );
  });

  it('is made whole by the next run when the one before was killed in the middle', async () => {
    box.go({
      before: 'echo $$ > "$BOX/pid.part"; /bin/mv "$BOX/pid.part" "$BOX/pid"; exec /bin/sleep 600',
    });
    const { child, ended } = box.start(...fromGo);
    await until('the build runs', () => existsSync(box.path('pid')));
    child.kill('SIGKILL');
    await ended;
    process.kill(Number(readFileSync(box.path('pid'), 'utf8')), 'SIGKILL');
    expect(box.cached(goFolder)).toBe(false);
    expect(box.cached('.lock')).toBe(true);
    box.go();
    expect(toolOf((await box.run(...fromGo)).stdout)).toMatchObject({ source: 'go' });
    expect(readdirSync(box.cache).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('tells the last lines and the log when the build fails, and leaves nothing', async () => {
    box.go({ before: 'echo "verifying module: checksum mismatch" >&2; exit 1' });
    const { code, stderr } = await box.run(...fromGo);
    expect(code).toBe(4);
    expect(stderr).toContain('verifying module: checksum mismatch');
    const log = /The whole log: (.*)/.exec(stderr)?.[1] ?? '';
    expect(readFileSync(log, 'utf8')).toContain('checksum mismatch');
    expect(box.cached(goFolder)).toBe(false);
  });

  it.each([
    ['no go', () => undefined, /there is no go on PATH/],
    [
      'a go that is too old to fetch a newer',
      () => box.go({ version: 'go1.19.8' }),
      /go is 1\.19\.8/,
    ],
    [
      'an older go that may not fetch a newer',
      () => box.go({ version: 'go1.24.1', toolchain: 'local' }),
      /go is 1\.24\.1 with GOTOOLCHAIN=local/,
    ],
  ])('is refused with what to do when there is %s', async (_case, prepare, reason) => {
    prepare();
    const { code, stderr } = await box.run(...fromGo);
    expect(code).toBe(3);
    expect(stderr).toMatch(reason);
    expect(stderr).toContain('apt-get install golang-go');
    expect(builds()).toEqual([]);
  });
});

describe('through the npm package', () => {
  // Stands for `npm install pulumi`: leaves a run.js that "downloads" into its PULUMI_HOME.
  const npm = (runner: string) =>
    box.program(
      'npm',
      `echo "$@" > "$BOX/npm-args"
/bin/mkdir -p node_modules/pulumi
/bin/cat > node_modules/pulumi/run.js <<'RUNNER'
const { mkdirSync, writeFileSync } = require('node:fs');
const bin = process.env.PULUMI_HOME + '/versions/' + process.env.PULUMI_VERSION + '/bin';
${runner}
RUNNER`,
    );
  const downloading = `mkdirSync(bin, { recursive: true });
for (const name of ['pulumi', 'pulumi-language-nodejs', 'pulumi-resource-pulumi-nodejs'])
  writeFileSync(bin + '/' + name, '#!/bin/sh\\necho v3.265.0\\n', { mode: 0o755 });`;
  const ensure = (outOfReach: string) =>
    box.runModule(`import { ensurePulumi } from 'TOOLCHAIN/pulumi.mjs';
console.log(JSON.stringify(await ensurePulumi({ outOfReach: async () => ${outOfReach} })));`);

  it('goes into the cache, with nothing of the package left over', async () => {
    npm(downloading);
    const { stdout } = await ensure('undefined');
    expect(JSON.parse(stdout)).toMatchObject({ version: '3.265.0', source: 'npm' });
    expect(readdirSync(join(box.cache, 'pulumi-3.265.0')).sort()).toEqual(['bin', 'stamp.json']);
    expect(readFileSync(box.path('npm-args'), 'utf8')).toContain('pulumi@3.265.0');
    expect(existsSync(box.path('.pulumi'))).toBe(false);
    expect(JSON.parse((await ensure('undefined')).stdout)).toMatchObject({ source: 'cache' });
  });

  it.each([
    ['cannot be reached', 'JSON.stringify("out of reach")', downloading, 'out of reach'],
    ['fails', 'undefined', 'process.exit(1);', 'the download of pulumi 3.265.0 failed'],
  ])('gives way to Go when the download %s', async (_case, outOfReach, runner, why) => {
    npm(runner);
    box.go();
    const { stdout, stderr } = await ensure(outOfReach);
    expect(JSON.parse(stdout)).toMatchObject({ version: '3.259.0', source: 'go' });
    expect(stderr).toContain(why);
    expect(box.cached('pulumi-3.265.0')).toBe(false);
  });
});
