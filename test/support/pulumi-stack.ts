// A stack of a test's own for the real Pulumi CLI: its program, state, home and engine lie in one
// temporary folder, and dispose() leaves neither process nor file. The program declares what spec
// says, so that a story changes data and not code.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killProcessesIn } from './processes';
import { projectRoot } from './source-tree';

/** Folder of the Pulumi CLI that scripts/test.mjs prepared; undefined where there is none. */
export const pulumiBin = process.env['CINDERKIT_PULUMI_BIN'];

/** What a program declares: `"${name.field}"` in an argument means another one's output. */
export type Spec = Record<
  string,
  {
    type: string;
    args?: Record<string, unknown>;
    options?: Record<string, unknown>;
    get?: string;
  }
>;

/** The outcome of a CLI command. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** One resource in the exported state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly initErrors?: string[];
}

const program = `// Declares what spec.json says.
const cinderkit = require('cinderkit/pulumi');
const spec = JSON.parse(require('node:fs').readFileSync('spec.json', 'utf8'));
const made = {};
const fill = (value) => {
  if (Array.isArray(value)) return value.map(fill);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fill(v)]));
  }
  const [, name, field] = /^\\$\\{([^.]+)\\.(.+)\\}$/.exec(value) ?? [];
  return name ? made[name][field] : value;
};
for (const [name, { type, args = {}, options = {}, get }] of Object.entries(spec)) {
  const opts = { ...options, dependsOn: (options.dependsOn ?? []).map((other) => made[other]) };
  made[name] = get
    ? cinderkit[type].get(name, get, opts)
    : new cinderkit[type](name, fill(args), opts);
}
module.exports = Object.fromEntries(
  Object.entries(made).map(([name, { id, status, bytes }]) => [name, { id, status, bytes }]),
);
`;

/** A stack in a folder of its own. */
export class PulumiStack {
  readonly folder: string;
  readonly engineFolder: string;
  private readonly env: NodeJS.ProcessEnv;

  /** `nodeModules`: the folder that the program resolves packages from. */
  constructor(spec: Spec, options: { nodeModules?: string; env?: NodeJS.ProcessEnv } = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'cinderkit-story-'));
    this.engineFolder = join(this.folder, '.cinderkit/engine');
    const modules = options.nodeModules ?? join(projectRoot, 'node_modules');
    symlinkSync(modules, join(this.folder, 'node_modules'));
    writeFileSync(join(this.folder, 'Pulumi.yaml'), 'name: story\nruntime: nodejs\n');
    writeFileSync(join(this.folder, 'package.json'), '{ "name": "story", "main": "index.js" }\n');
    writeFileSync(join(this.folder, 'index.js'), program);
    this.declare(spec);
    this.env = { ...stackEnvironment(this.folder), ...options.env };
  }

  /** Changes what the program declares. */
  declare(spec: Spec): void {
    writeFileSync(join(this.folder, 'spec.json'), JSON.stringify(spec, null, 2));
  }

  /** Puts a file of the project into the program's folder. */
  copyIn(path: string, name: string): void {
    cpSync(join(projectRoot, path), join(this.folder, name), { recursive: true });
  }

  /** Starts a CLI command and does not wait for it. */
  spawn(args: string[]): ChildProcess {
    const full = [...args, '--non-interactive', '--color', 'never'];
    return spawn(join(pulumiBin ?? '', 'pulumi'), full, {
      cwd: this.folder,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Runs a CLI command to its end; a non-zero exit code is an outcome, not an error. */
  run(args: string[]): Promise<Outcome> {
    return outcomeOf(this.spawn(args));
  }

  /** Makes the stack. */
  async init(): Promise<void> {
    const { code, output } = await this.run(['stack', 'init', 'story']);
    if (code !== 0) throw new Error(`pulumi stack init failed:\n${output}`);
  }

  /** `pulumi up`. */
  up(...args: string[]): Promise<Outcome> {
    return this.run(['up', '--yes', '--skip-preview', ...args]);
  }

  /** `pulumi preview --diff`. */
  preview(...args: string[]): Promise<Outcome> {
    return this.run(['preview', '--diff', ...args]);
  }

  /** `pulumi refresh`. */
  refresh(...args: string[]): Promise<Outcome> {
    return this.run(['refresh', '--yes', '--skip-preview', ...args]);
  }

  /** `pulumi destroy`. */
  destroy(...args: string[]): Promise<Outcome> {
    return this.run(['destroy', '--yes', '--skip-preview', ...args]);
  }

  /** Frees the stack from a CLI that was killed. */
  cancel(): Promise<Outcome> {
    return this.run(['cancel', '--yes']);
  }

  /** The exported state as text, to search it for secrets. */
  async stateText(): Promise<string> {
    return (await this.run(['stack', 'export'])).output;
  }

  /** The resources of the exported state, without the stack and the providers. */
  async resources(): Promise<StateResource[]> {
    const state = JSON.parse(await this.stateText()) as {
      deployment: { resources?: StateResource[] };
    };
    const all = state.deployment.resources ?? [];
    return all.filter(({ type }) => type.startsWith('pulumi-nodejs:dynamic'));
  }

  /** The one resource named `name` in the state. */
  async resource(name: string): Promise<StateResource> {
    const found = (await this.resources()).filter(({ urn }) => urn.endsWith(`::${name}`));
    if (found.length !== 1) throw new Error(`state has ${found.length} resources named ${name}`);
    return found[0] as StateResource;
  }

  /** Ends every process of this stack, its engine too, and removes its folder. Repeatable. */
  async dispose(): Promise<void> {
    await killProcessesIn(this.folder);
    if (existsSync(this.folder)) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The environment in which a CLI touches nothing outside `folder`. */
export function stackEnvironment(folder: string): NodeJS.ProcessEnv {
  for (const name of ['home', 'state'])
    mkdirSync(join(folder, 'pulumi', name), { recursive: true });
  const own = Object.entries(process.env).filter(([name]) => !/^(OS_|PULUMI_)/.test(name));
  return {
    ...Object.fromEntries(own),
    PATH: `${pulumiBin}:${process.env['PATH'] ?? ''}`,
    HOME: join(folder, 'pulumi/home'),
    PULUMI_HOME: join(folder, 'pulumi/home'),
    PULUMI_BACKEND_URL: `file://${join(folder, 'pulumi/state')}`,
    PULUMI_CONFIG_PASSPHRASE: 'story',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_DISABLE_REGISTRY_RESOLVE: 'true',
    PULUMI_SUPPRESS_NEO_LINK: 'true',
    PULUMI_IGNORE_AMBIENT_PLUGINS: 'true',
  };
}

/** Collects what a child prints, until it ends. */
export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (bytes) => (output += String(bytes)));
    child.stderr?.on('data', (bytes) => (output += String(bytes)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}

/** Reads the engine's note of where it listens. */
export function engineNote(engineFolder: string): { url: string; pid: number } {
  return JSON.parse(readFileSync(join(engineFolder, 'engine.json'), 'utf8')) as {
    url: string;
    pid: number;
  };
}
