// The program `cinderkit` as a process: both sides under one name, each loaded only when it is
// asked for, with the exit codes that scripts rely on.

import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileSources } from '../support/compiled-sources';
import type { CompiledSources } from '../support/compiled-sources';
import { manifest } from '../support/installed-package';
import { projectRoot } from '../support/source-tree';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let sources: CompiledSources;
let home: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'cinderkit-home-'));
  sources = await compileSources(['{schema,bundled-engine,provider,components}/**/*.ts']);
  copyFileSync(join(projectRoot, 'package.json'), sources.path('package.json'));
});
afterAll(async () => {
  await sources.remove();
  rmSync(home, { recursive: true, force: true });
});

function run(...words: string[]): Promise<Ended> {
  const bin = sources.path('components/command-line/bin.ts');
  const env = { ...sources.environment, HOME: home };
  return new Promise((done) => {
    execFile(process.execPath, [bin, ...words], { env, cwd: home }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** Runs `work` while one of the sources is not there. */
async function without<T>(source: string, work: () => Promise<T>): Promise<T> {
  const file = sources.path(source);
  renameSync(file, `${file}.away`);
  try {
    return await work();
  } finally {
    renameSync(`${file}.away`, file);
  }
}

describe('cinderkit', () => {
  it('gives its version, and loads neither side for that', async () => {
    const asked = () => without('bundled-engine/cli.ts', () => run('--version'));
    const { code, stdout } = await without('provider/terraform/command.ts', asked);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${manifest.version}\n` });
  });

  it.each([['--help'], ['help']])('lists both sides for %s', async (word) => {
    const { code, stdout } = await run(word);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n {2}engine .*\n {2}terraform /s);
  });

  it('refuses what it does not know, and says so', async () => {
    const { code, stderr } = await run('terrafrom');
    expect(code).toBe(1);
    expect(stderr).toContain("unknown command 'terrafrom'");
  });

  it('answers for the engine without the provider', async () => {
    const asked = ['engine', 'status', '--data-dir', join(home, 'engine'), '--json'];
    const ended = await without('provider/terraform/command.ts', () => run(...asked));
    expect(ended.code).toBe(3);
    expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code: 'engineNotRunning' } });
  });

  it('answers for the provider without the engine', async () => {
    const asked = ['terraform', 'install', '--json'];
    const ended = await without('bundled-engine/cli.ts', () => run(...asked));
    expect(ended).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code: 'providerMissing' } });
  });

  it('lists the commands of the provider', async () => {
    const { code, stdout } = await run('help', 'terraform');
    expect(code).toBe(0);
    expect(stdout).toMatch(/install .*uninstall .*dev-overrides /s);
  });
});
