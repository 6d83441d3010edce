// The package as its users get it: packed, installed into empty projects, and used from there as
// TypeScript, as CommonJS and as ES modules, with the real Pulumi CLI and the engine that it
// starts.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { bytesLeft } from '../support/bytes-left';
import { Installation, manifest, packInto, registryMissing } from '../support/installed-package';
import type { Packed, Project } from '../support/installed-package';
import { notRun } from '../support/not-run';
import { processesIn } from '../support/processes';
import { pulumiBin } from '../support/pulumi-stack';
import { projectRoot } from '../support/source-tree';

const timeoutMs = 240_000;
const example = (name: string): string =>
  readFileSync(join(projectRoot, 'examples/quickstart', name), 'utf8');

describe('the package that npm packs', () => {
  let folder: string;
  let packed: Packed;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cinderkit-packed-'));
    packed = await packInto(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds the built code, its types and the documents, and nothing else', () => {
    const odd = packed.paths
      .filter((path) => !path.startsWith('dist/terraform/'))
      .filter(
        (path) => !/^(dist\/.+(\.js|\.d\.ts|\.json)|package\.json|README\.md|LICENSE)$/.test(path),
      );
    expect(odd).toEqual([]);
    for (const path of ['LICENSE', 'README.md', 'package.json']) {
      expect(packed.paths).toContain(path);
    }
    expect(
      packed.paths.filter((path) => /(^|\/)(tests?|fixtures)\/|\.(test|spec)\./.test(path)),
    ).toEqual([]);
  });

  it('holds the Terraform provider as one file, and not a second time in parts', () => {
    const name = `dist/terraform/terraform-provider-cinderkit_v${manifest.version}`;
    expect(packed.paths.filter((path) => path.startsWith('dist/terraform/')).sort()).toEqual([
      'dist/terraform/licences.txt',
      'dist/terraform/package.json',
      name,
    ]);
    const parts = packed.paths.filter((path) => path.startsWith('dist/provider/terraform/'));
    expect(parts.length).toBeGreaterThan(0);
    expect(parts.filter((path) => !/terraform\/(command|install\/)/.test(path))).toEqual([]);
  });

  it('holds nothing whose source is gone', () => {
    const sources = packed.paths
      .filter((path) => path.startsWith('dist/') && !path.startsWith('dist/terraform/'))
      .map((path) => path.replace(/^dist\//, '').replace(/(\.d\.ts|\.js)$/, '.ts'));
    expect(sources.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
  });

  it('has every file that its manifest names', () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : [target.types, target.default],
    );
    const named = [...targets, ...Object.values(manifest.bin)]
      .map((path) => path.replace(/^\.\//, ''))
      .map((path) => new RegExp(`^${path.replaceAll('.', '\\.').replace('*', '[^/]+')}$`));
    const missing = named.filter((name) => !packed.paths.some((path) => name.test(path)));
    expect(missing).toEqual([]);
  });

  it('names no source map that it lacks', () => {
    const maps = packed.paths
      .filter((path) => path.endsWith('.js'))
      .map((path) => [path, readFileSync(join(projectRoot, path), 'utf8')] as const)
      .flatMap(([path, text]) => {
        const name = /^\/\/# sourceMappingURL=(\S+)$/m.exec(text)?.[1];
        return name === undefined ? [] : [join(path, '..', name)];
      });
    expect(maps.filter((path) => !packed.paths.includes(path))).toEqual([]);
  });

  it('runs nothing when it is installed', () => {
    const atInstall = ['preinstall', 'install', 'postinstall', 'prepublish', 'prepare'];
    expect(atInstall.filter((name) => name in manifest.scripts)).toEqual([]);
  });

  it('is small', () => {
    const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;
    const { packedBytes, unpackedBytes, paths } = packed;
    process.stdout.write(
      `the package: ${paths.length} files, ${kilobytes(packedBytes)} packed, ` +
        `${kilobytes(unpackedBytes)} unpacked\n`,
    );
    // Half of it are the Terraform provider in one file and the constructs' generated classes.
    expect(packedBytes).toBeLessThan(1_600_000);
  });
});

const why = pulumiBin ? registryMissing() : 'no Pulumi CLI: run them through npm test';
if (why !== null) notRun('the installed package', why);

(why === null ? describe : describe.skip)('the installed package', () => {
  let installation: Installation;

  beforeAll(async () => {
    installation = await Installation.make();
  }, timeoutMs);
  afterAll(() => installation?.dispose(), timeoutMs);

  it(
    'has types for every way of finding modules that TypeScript projects use',
    async () => {
      const project = installation.project('types', typedPrograms);
      // No skipLibCheck, as in the projects that Pulumi makes: the types of the package must hold
      // too.
      const strict = ['--strict', '--noEmit', '--pretty', 'false', '--types', 'node'];
      const ways = [
        ['nodenext', 'nodenext'],
        ['commonjs', 'node10', '--ignoreDeprecations', '6.0'],
        ['esnext', 'bundler'],
      ];
      for (const [module = '', resolution = '', ...more] of ways) {
        const how = ['--module', module, '--moduleResolution', resolution, '--target', 'es2020'];
        const files = Object.keys(typedPrograms);
        const { code, stdout } = await project.npx('tsc', ...strict, ...how, ...more, ...files);
        expect([resolution, stdout, code]).toEqual([resolution, '', 0]);
      }
    },
    timeoutMs,
  );

  it(
    'starts, finds, stops and empties an engine by npx',
    async () => {
      const project = installation.project('engine', {});
      const engine = async (...args: string[]): Promise<[number, Record<string, unknown>]> => {
        const { code, stdout } = await project.npx('cinderkit', 'engine', ...args, '--json');
        return [code, JSON.parse(stdout)];
      };
      const version = await project.npx('cinderkit', '--version');
      expect([version.code, version.stdout.trim()]).toEqual([0, manifest.version]);
      const locked = { error: expect.objectContaining({ code: 'engineLocked' }) };
      const stopped = { error: expect.objectContaining({ code: 'engineNotRunning' }) };
      expect(await engine('status')).toEqual([3, stopped]);
      const [started, { url, pid }] = await engine('start', '--background');
      expect([started, url]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)]);
      expect(await engine('status')).toEqual([
        0,
        expect.objectContaining({ running: true, status: 'ready', url, pid }),
      ]);
      expect(await engine('start', '--background')).toEqual([4, locked]);
      expect(await engine('reset', '--yes')).toEqual([4, locked]);
      expect(await engine('stop')).toEqual([0, { stopped: true, pid }]);
      expect(await engine('stop')).toEqual([3, stopped]);
      expect(processesIn(project.folder)).toEqual([]);
      const refused = await project.npx('cinderkit', 'engine', 'reset');
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('--yes')]);
      expect(await engine('reset', '--yes')).toEqual([0, { reset: true, keepCredentials: false }]);
      expect(readdirSync(join(project.folder, '.cinderkit/engine'))).toEqual(['engine.lock']);
    },
    timeoutMs,
  );

  it(
    'runs an engine inside a program, from CommonJS and from ES modules',
    async () => {
      const body = `
        startEngine({ dataFolder: 'data' }).then(async (engine) => {
          const { status } = await fetch(engine.url + '/ready');
          await engine.stop();
          console.log(status);
        });`;
      const project = installation.project('library', {
        'run.cjs': `const { startEngine } = require('cinderkit/engine');${body}`,
        'run.mjs': `import { startEngine } from 'cinderkit/engine';${body}`,
      });
      for (const file of ['run.cjs', 'run.mjs']) {
        const ran = await project.run('node', file);
        expect([file, ran.code, ran.stdout, ran.stderr]).toEqual([file, 0, '200\n', '']);
      }
    },
    timeoutMs,
  );

  const forms: [string, () => Record<string, string>][] = [
    ['TypeScript', typescriptProject],
    ['CommonJS', () => javascriptProject(ts.ModuleKind.CommonJS)],
    ['ES modules', () => javascriptProject(ts.ModuleKind.ES2022)],
  ];
  it.each(forms)(
    'brings the quickstart up and down, written as %s',
    async (form, files) => {
      const project = installation.project(form.replace(' ', '-'), files());
      const before = new Set(readdirSync(project.folder));
      const { outputs, again } = await upAndDown(project);
      expect(outputs).toMatchObject({ volumeFacts: quickstartFacts });
      expect(again).toContain('unchanged');
      const engineFolder = join(project.folder, '.cinderkit/engine');
      expect(bytesLeft(engineFolder)).toEqual([]);
      expect(await project.npx('cinderkit', 'engine', 'stop')).toMatchObject({ code: 0 });
      expect(processesIn(project.folder)).toEqual([]);
      expect(await project.npx('cinderkit', 'engine', 'reset', '--yes')).toMatchObject({ code: 0 });
      expect(readdirSync(engineFolder)).toEqual(['engine.lock']);
      const kept = readdirSync(join(project.folder, '.cinderkit')).sort();
      expect(kept).toEqual(['digests.json', 'disk.img', 'engine', 'owner']);
      const added = readdirSync(project.folder).filter((name) => !before.has(name));
      expect(added).toEqual(['.cinderkit']);
      expect(ourTemporaryFiles(project)).toEqual([]);
    },
    timeoutMs,
  );
});

/** Brings the stack up twice and down; gives its outputs and what the second up said. */
async function upAndDown(project: Project): Promise<{ outputs: unknown; again: string }> {
  const outOfQuestion = ['--yes', '--skip-preview'];
  await project.pulumi('stack', 'init', 'local');
  await project.pulumi('up', ...outOfQuestion);
  const outputs: unknown = JSON.parse(await project.pulumi('stack', 'output', '--json'));
  const again = await project.pulumi('up', ...outOfQuestion, '--expect-no-changes');
  await project.pulumi('destroy', ...outOfQuestion, '--remove');
  return { outputs, again };
}

/** What the quickstart says of its volumes; how clones are made is up to the disk. */
const quickstartFacts = {
  system: expect.stringMatching(/^available, 1 GiB, (copied|cloned)$/),
  'web-1': expect.stringMatching(/^available, 1 GiB, (copied|cloned)$/),
  'web-2': expect.stringMatching(/^available, 1 GiB, (copied|cloned)$/),
  data: 'available, 2 GiB, blank',
  replica: expect.stringMatching(/^available, 2 GiB, (copied|cloned)$/),
};

/** Temporary files left behind, but for those of the Pulumi CLI, its compiler and Node. */
function ourTemporaryFiles(project: Project): string[] {
  const theirs = /^(pulumi-|ts-node-|node-compile-cache|v8-)/;
  return readdirSync(project.temporaryFolder).filter((name) => !theirs.test(name));
}

/** Programs that use the types of each entry, and would not compile if these were `any`. */
const typedPrograms = {
  'storage.ts': `import { Image, Volume } from 'cinderkit/pulumi';
const image = new Image('image', { filePath: 'disk.raw', diskFormat: 'raw' });
const volume = new Volume('volume', { imageId: image.id, sizeGib: 1, metadata: { a: image.name } });
export const status = volume.status.apply((text) => text.toUpperCase());
// @ts-expect-error a size is a number
new Volume('wrong', { sizeGib: 'one' });
`,
  'engine.ts': `import { startEngine } from 'cinderkit/engine';
export const url: Promise<string> = startEngine({ dataFolder: 'x' }).then((engine) => engine.url);
// @ts-expect-error a folder is needed
void startEngine({});
`,
};

/** The quickstart as it is, settings of its compiler included. */
function typescriptProject(): Record<string, string> {
  const asItIs = ['Pulumi.yaml', 'tsconfig.json', 'index.ts', 'make-disk-image.ts'];
  return {
    'package.json': '{ "name": "typescript-project", "main": "index.ts", "private": true }\n',
    ...Object.fromEntries(asItIs.map((name) => [name, example(name)])),
  };
}

/** The quickstart in JavaScript, as its author would have written it for this kind of module. */
function javascriptProject(module: ts.ModuleKind): Record<string, string> {
  const type = module === ts.ModuleKind.CommonJS ? 'commonjs' : 'module';
  const inJavaScript = (name: string): string => {
    const compilerOptions = { module, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
    const { outputText } = ts.transpileModule(example(name), { compilerOptions });
    // ES modules are found by their whole name.
    return outputText.replace(/(['"]\.\/make-disk-image)(['"])/, '$1.js$2');
  };
  return {
    'Pulumi.yaml': example('Pulumi.yaml'),
    'package.json': JSON.stringify({ name: type, main: 'index.js', type, private: true }),
    'index.js': inJavaScript('index.ts'),
    'make-disk-image.js': inJavaScript('make-disk-image.ts'),
  };
}
