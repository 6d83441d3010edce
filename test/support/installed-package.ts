// The package as its users get it: packed by npm, installed by npm into a folder that knows nothing
// of this checkout. Invariants: one installation serves all projects (as hard links, so that each
// has a node_modules of its own), and no path of this checkout is on their PATH.
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { runProgram } from './engine-process';
import type { CommandOutcome } from './engine-process';
import { killProcessesIn } from './processes';
import { pulumiBin, stackEnvironment } from './pulumi-stack';
import { projectRoot } from './source-tree';

const exec = promisify(execFile);

const manifestShape = z.object({
  name: z.string(),
  version: z.string(),
  scripts: z.record(z.string(), z.string()).default({}),
  bin: z.record(z.string(), z.string()),
  exports: z.record(
    z.string(),
    z.union([z.string(), z.object({ types: z.string(), default: z.string() })]),
  ),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  peerDependencies: z.record(z.string(), z.string()).default({}),
});

/** The package's own manifest. */
export const manifest = manifestShape.parse(
  JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')),
);

const packShape = z.array(
  z.object({
    filename: z.string(),
    size: z.number(),
    unpackedSize: z.number(),
    files: z.array(z.object({ path: z.string(), size: z.number() })),
  }),
);

/** What npm packed: sizes in bytes, paths relative to the package's folder. */
export interface Packed {
  readonly tarball: string;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly paths: readonly string[];
}

/** Packs the built package into `folder` with npm pack. */
export async function packInto(folder: string): Promise<Packed> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await exec('npm', args, { cwd: projectRoot, env: npmEnvironment() });
  const [packed] = packShape.parse(JSON.parse(stdout));
  if (!packed) throw new Error('npm pack told of no package');
  return {
    tarball: join(folder, packed.filename),
    packedBytes: packed.size,
    unpackedBytes: packed.unpackedSize,
    paths: packed.files.map(({ path }) => path),
  };
}

/** null where npm's registry can be asked; else why not. Takes a second. */
export function registryMissing(): string | null {
  const asked = ['view', `zod@${manifest.dependencies['zod']}`, 'version', '--prefer-offline'];
  try {
    execFileSync('npm', asked, { env: npmEnvironment(), stdio: 'ignore', timeout: 30_000 });
    return null;
  } catch {
    return "npm's registry cannot be reached, and the package's dependencies come from there";
  }
}

/** An environment for npm without what `npm test` tells its own scripts. */
function npmEnvironment(): NodeJS.ProcessEnv {
  const told = /^(npm_(package|lifecycle|command|execpath)|npm_config_(local_)?prefix|INIT_CWD)/;
  const own = Object.entries(process.env).filter(([name]) => !told.test(name));
  return { ...Object.fromEntries(own), npm_config_update_notifier: 'false' };
}

/** A folder with the package installed, from which projects are made. */
export class Installation {
  readonly folder: string;
  readonly packed: Packed;

  private constructor(folder: string, packed: Packed) {
    this.folder = folder;
    this.packed = packed;
  }

  /** Packs and installs, with what a user of TypeScript and Pulumi has beside it. */
  static async make(): Promise<Installation> {
    const folder = mkdtempSync(join(tmpdir(), 'cinderkit-installed-'));
    const packed = await packInto(folder);
    const installation = new Installation(folder, packed);
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    writeFileSync(join(empty, 'package.json'), '{ "name": "empty", "private": true }\n');
    const versions = { ...manifest.peerDependencies, ...manifest.dependencies };
    const wanted = [
      packed.tarball,
      ...['@pulumi/pulumi', 'typescript', '@types/node'].map(
        (name) => `${name}@${manifest.devDependencies[name] ?? versions[name]}`,
      ),
    ];
    const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    const args = ['install', ...quiet, ...wanted];
    const { code, stderr } = await runProgram('npm', args, { cwd: empty, env: npmEnvironment() });
    if (code === 0) return installation;
    await installation.dispose();
    throw new Error(`npm install of the package failed:\n${stderr}`);
  }

  /** A project with the package installed, and `files` by name. */
  project(name: string, files: Readonly<Record<string, string>>): Project {
    const folder = join(this.folder, name);
    cpSync(join(this.folder, 'empty'), folder, {
      recursive: true,
      filter: (source) => !source.includes('node_modules'),
    });
    const modules = join(this.folder, 'empty/node_modules');
    execFileSync('cp', ['--archive', '--link', modules, folder]);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    return new Project(folder);
  }

  /** Ends every process of its projects and removes all files. Repeatable. */
  async dispose(): Promise<void> {
    await killProcessesIn(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A user's project. Its Pulumi state, home and temporary files lie beside it. */
export class Project {
  readonly folder: string;
  readonly temporaryFolder: string;
  private readonly env: NodeJS.ProcessEnv;

  constructor(folder: string) {
    this.folder = folder;
    const beside = `${folder}-surroundings`;
    this.temporaryFolder = join(beside, 'tmp');
    mkdirSync(this.temporaryFolder, { recursive: true });
    const path = (process.env['PATH'] ?? '')
      .split(delimiter)
      .filter((part) => !part.startsWith(projectRoot) && part !== '');
    const node = dirname(process.execPath);
    this.env = {
      ...stackEnvironment(beside),
      PATH: [pulumiBin, node, ...path].filter((part) => part !== undefined).join(delimiter),
      TMPDIR: this.temporaryFolder,
      npm_config_update_notifier: 'false',
    };
    delete this.env['NODE_OPTIONS'];
    delete this.env['NODE_PATH'];
  }

  /** Runs a program in the project's folder. */
  run(program: string, ...args: string[]): Promise<CommandOutcome> {
    return runProgram(program, args, { cwd: this.folder, env: this.env });
  }

  /** `npx PROGRAM ARGS`, which must be an installed one. */
  npx(program: string, ...args: string[]): Promise<CommandOutcome> {
    return this.run('npx', '--no', '--', program, ...args);
  }

  /** `pulumi ARGS` without questions and colours, which must succeed; gives what it printed. */
  async pulumi(...args: string[]): Promise<string> {
    const ran = await this.run('pulumi', ...args, '--non-interactive', '--color', 'never');
    if (ran.code === 0) return ran.stdout;
    throw new Error(`pulumi ${args.join(' ')} ended with ${ran.code}:\n${ran.stdout}${ran.stderr}`);
  }
}
