// The one file that terraform and tofu start: it works alone in a folder, tells an old Node's user
// what to do, and keeps what V8 compiled without ever depending on it.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { manifest } from '../../support/installed-package';
import {
  makeClientIdentity,
  PluginConnection,
  pluginEnvironment,
  startPlugin,
} from '../../support/plugin-client';
import { projectRoot } from '../../support/source-tree';
import { removeFolder, tempFolder } from '../../support/temp-folder';

const identity = makeClientIdentity();
let home: string;
let bundle: string;

beforeAll(async () => {
  home = await tempFolder();
  const script = join(projectRoot, 'scripts/build/terraform-bundle.mjs');
  const built = join(home, 'built');
  const work = `import { bundleTerraform } from ${JSON.stringify(script)};
    await bundleTerraform({ quiet: true, folder: ${JSON.stringify(built)} });`;
  mkdirSync(built);
  writeFileSync(join(built, 'terraform-provider-cinderkit_v0.0.1'), 'an older version');
  execFileSync(process.execPath, ['--input-type=module', '-e', work]);
  mkdirSync(join(home, 'alone'));
  bundle = join(home, 'alone', `terraform-provider-cinderkit_v${manifest.version}`);
  copyFileSync(join(built, `terraform-provider-cinderkit_v${manifest.version}`), bundle);
});

afterAll(() => removeFolder(home));

let caches = 0;
const newCache = (): string => join(home, `cache-${(caches += 1)}`);
const keptIn = (cache: string): string[] => globSync(join(cache, 'cinderkit/compiled/*'));
const environment = (cache: string): NodeJS.ProcessEnv => ({
  ...pluginEnvironment(identity),
  PLUGIN_UNIX_SOCKET_DIR: home,
  XDG_CACHE_HOME: cache,
});

/** One life of the plugin under a client; gives the names of its resource types. */
async function liveOnce(cache: string): Promise<string[]> {
  const plugin = await startPlugin([process.execPath, bundle], environment(cache));
  const connection = new PluginConnection(plugin.handshake, identity);
  const { resourceSchemas } = await connection.call('getProviderSchema', {});
  await connection.shutdown();
  connection.close();
  expect(await plugin.ended).toEqual({ code: 0, signal: null });
  return Object.keys(resourceSchemas);
}

describe('the bundle', () => {
  it('is one executable file, with what belongs to it and without older versions', () => {
    const built = join(home, 'built');
    const name = `terraform-provider-cinderkit_v${manifest.version}`;
    expect(readdirSync(built).sort()).toEqual(['licences.txt', 'package.json', name].sort());
    expect(statSync(join(built, name)).mode & 0o111).toBe(0o111);
    expect(readFileSync(join(built, name), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('names the licences of the libraries in it', () => {
    const text = readFileSync(join(home, 'built/licences.txt'), 'utf8');
    for (const library of ['@grpc/grpc-js', '@msgpack/msgpack', 'undici', 'zod']) {
      expect(text).toContain(`\n${library} `);
    }
    expect(text).toContain('Apache License');
    expect(text).toContain('MIT License');
  });

  it('serves its schema alone in a folder', async () => {
    expect(await liveOnce(newCache())).toContain('cinderkit_volume');
  });

  it('tells by hand what it is', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bundle], {
      env: { XDG_CACHE_HOME: newCache() },
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('npx cinderkit terraform install');
  });
});

describe('an old Node', () => {
  const under = (env: NodeJS.ProcessEnv, found: string) => {
    const older = join(home, 'older.cjs');
    writeFileSync(
      older,
      `Object.defineProperty(process, 'versions', { value: { node: '${found}' } });`,
    );
    return spawnSync(process.execPath, ['-r', older, bundle], { env, encoding: 'utf8' });
  };
  const advice = /^the cinderkit provider needs Node 22\.\d+ or newer, and found 1?\d+\.[\d.]+ at /;

  it('is told on standard error by hand', () => {
    const { status, stdout, stderr } = under({}, '18.20.1');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(advice);
  });

  it('is told under a CLI in the line that the CLI shows', () => {
    const { status, stdout } = under(environment(newCache()), '8.0.0');
    expect(status).toBe(1);
    expect(stdout).toMatch(advice);
    expect(stdout).not.toContain('|');
  });
});

describe('what V8 compiled', () => {
  it('is kept for this user alone after a run that was of use', async () => {
    const cache = newCache();
    spawnSync(process.execPath, [bundle], { env: { XDG_CACHE_HOME: cache } });
    expect(keptIn(cache)).toEqual([]);
    await liveOnce(cache);
    const [kept = '', ...more] = keptIn(cache);
    expect(more).toEqual([]);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(statSync(join(cache, 'cinderkit/compiled')).mode & 0o777).toBe(0o700);
    const before = statSync(kept).mtimeMs;
    expect(await liveOnce(cache)).toContain('cinderkit_volume');
    expect(statSync(kept).mtimeMs).toBe(before);
  });

  it('is made anew where it is broken', async () => {
    const cache = newCache();
    await liveOnce(cache);
    const [kept = ''] = keptIn(cache);
    const whole = readFileSync(kept);
    for (const broken of [whole.subarray(0, 1000), Buffer.alloc(whole.length), Buffer.alloc(0)]) {
      writeFileSync(kept, broken);
      expect(await liveOnce(cache)).toContain('cinderkit_volume');
      expect(readFileSync(kept).length).toBeGreaterThan(100_000);
    }
  });

  it('is done without where nothing can be kept', async () => {
    const cache = newCache();
    writeFileSync(cache, 'a file in the way');
    expect(await liveOnce(cache)).toContain('cinderkit_volume');
    expect(readFileSync(cache, 'utf8')).toBe('a file in the way');
  });

  it('of earlier programs is forgotten', async () => {
    const cache = newCache();
    const folder = join(cache, 'cinderkit/compiled');
    mkdirSync(folder, { recursive: true });
    for (let at = 0; at < 9; at += 1) writeFileSync(join(folder, `old-${at}`), 'old');
    await liveOnce(cache);
    expect(keptIn(cache)).toHaveLength(6);
    expect(keptIn(cache).some((file) => !file.includes('old-'))).toBe(true);
  });
});

it('leaves no socket behind', () => {
  expect(readdirSync(home).filter((name) => name.startsWith('cinderkit-'))).toEqual([]);
  expect(existsSync(bundle)).toBe(true);
});
