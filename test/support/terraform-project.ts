// A user's project for the real terraform or tofu: its configuration, state, home, provider mirror
// and engine lie in one temporary folder, no registry is ever asked, and dispose() leaves neither
// process nor file.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { builtCli } from './engine-process';
import type { CommandOutcome } from './engine-process';
import { manifest } from './installed-package';
import { eventually, killProcessesIn, processesIn } from './processes';
import { builtProvider } from './terraform-tools';
import type { TerraformTool } from './terraform-tools';

/** What a configuration holds, in the JSON form of the language. */
export type Configuration = Readonly<Record<string, unknown>>;

/** What a command printed, apart and in the order in which it came. */
export interface Outcome extends CommandOutcome {
  readonly output: string;
}

/** What a plan means to do with one object. */
export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly index: string | number | undefined;
  readonly actions: readonly string[];
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly afterUnknown: Readonly<Record<string, unknown>>;
  readonly replacePaths: readonly (readonly (string | number)[])[];
  readonly isImport: boolean;
}

/** One object of the state. */
export interface StateObject {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly isTainted: boolean;
}

interface RawChange {
  address: string;
  mode: string;
  type: string;
  name: string;
  index?: string | number;
  change: {
    actions: string[];
    before: Record<string, unknown> | null;
    after: Record<string, unknown> | null;
    after_unknown: Record<string, unknown>;
    replace_paths?: (string | number)[][];
    importing?: unknown;
  };
}

interface RawObject {
  address: string;
  mode: string;
  type: string;
  name: string;
  values: Record<string, unknown>;
  tainted?: boolean;
}

/** What a project is made with. */
export interface ProjectOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** `overrides`: the developer's way to name a provider, which needs no init. */
  readonly provider?: 'mirror' | 'overrides';
}

/** A project in a folder of its own. */
export class TerraformProject {
  /** Everything of the project lies here. */
  readonly home: string;
  /** Where the tool runs. */
  readonly folder: string;
  readonly engineFolder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly tool: TerraformTool;

  constructor(tool: TerraformTool, options: ProjectOptions = {}) {
    this.tool = tool;
    this.home = mkdtempSync(join(tmpdir(), 'cinderkit-tf-'));
    this.folder = join(this.home, 'project');
    this.engineFolder = join(this.folder, '.cinderkit/engine');
    for (const name of ['project', 'user', 'tmp']) mkdirSync(join(this.home, name));
    const config = join(this.home, 'cli.tfrc');
    writeFileSync(config, this.#installation(options.provider ?? 'mirror'));
    this.env = { ...surroundings(this.home, config), ...options.env };
  }

  /** Puts the built provider where the tool finds it, and returns the CLI's configuration. */
  #installation(way: 'mirror' | 'overrides'): string {
    const { version } = manifest;
    const source = `${this.tool.registry}/cinderkit/cinderkit`;
    const place = join(this.home, 'mirror', source, version, platformName());
    mkdirSync(place, { recursive: true });
    const binary = join(place, `terraform-provider-cinderkit_v${version}`);
    // A copy: another build of dist/ must not change the provider of a running story.
    copyFileSync(builtProvider, binary);
    chmodSync(binary, 0o755);
    const method =
      way === 'mirror'
        ? `filesystem_mirror {\n    path = "${join(this.home, 'mirror')}"\n  }`
        : `dev_overrides {\n    "${source}" = "${place}"\n  }`;
    return `disable_checkpoint = true\nprovider_installation {\n  ${method}\n}\n`;
  }

  /** Writes a file of the project; JSON where it is not text. */
  write(name: string, content: string | Uint8Array | Configuration): void {
    const isData = typeof content === 'string' || content instanceof Uint8Array;
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, isData ? content : JSON.stringify(content, null, 2));
  }

  /** Changes what the project declares, and where its provider comes from. */
  declare(configuration: Configuration): void {
    const source = { cinderkit: { source: 'cinderkit/cinderkit' } };
    this.write('main.tf.json', { terraform: { required_providers: source }, ...configuration });
  }

  /** Starts a command and does not wait for it; it leads a process group of its own. */
  spawn(args: readonly string[]): ChildProcess {
    return spawn(this.tool.program, args, {
      cwd: this.folder,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  }

  /** Runs a command to its end; a non-zero exit code is an outcome, not an error. */
  run(...args: string[]): Promise<Outcome> {
    return ended(this.spawn(args));
  }

  /** Runs a command that must succeed, and gives what it printed. */
  async must(...args: string[]): Promise<string> {
    const { code, output, stdout } = await this.run(...args);
    if (code === 0) return stdout;
    throw new Error(`${this.tool.name} ${args.join(' ')} ended with ${code}:\n${output}`);
  }

  /** Installs the provider into the project. */
  async init(): Promise<void> {
    await this.must('init', '-input=false', '-no-color');
  }

  /** Makes a plan and keeps it for apply(). */
  plan(...args: string[]): Promise<Outcome> {
    return this.run('plan', '-input=false', '-no-color', '-out=kept.plan', ...args);
  }

  /** What the kept plan means to do; reads of data sources are left out. */
  async planned(): Promise<PlannedChange[]> {
    const plan = JSON.parse(await this.must('show', '-json', 'kept.plan')) as {
      resource_changes?: RawChange[];
    };
    const managed = (plan.resource_changes ?? []).filter(({ mode }) => mode === 'managed');
    return managed.map(({ address, type, name, index, change }) => ({
      address,
      type,
      name,
      index,
      actions: change.actions,
      before: change.before,
      after: change.after,
      afterUnknown: change.after_unknown,
      replacePaths: change.replace_paths ?? [],
      isImport: change.importing !== undefined,
    }));
  }

  /** Carries out the kept plan. */
  applyPlan(...args: string[]): Promise<Outcome> {
    return this.run('apply', '-input=false', '-no-color', ...args, 'kept.plan');
  }

  /** Plans and applies in one. */
  apply(...args: string[]): Promise<Outcome> {
    return this.run('apply', '-input=false', '-no-color', '-auto-approve', ...args);
  }

  /** Removes everything that the state holds. */
  destroy(...args: string[]): Promise<Outcome> {
    return this.run('destroy', '-input=false', '-no-color', '-auto-approve', ...args);
  }

  /** Null where a fresh plan would do nothing, else what it says. */
  async unfinished(...args: string[]): Promise<string | null> {
    const asked = ['-input=false', '-no-color', '-detailed-exitcode', ...args];
    const { code, output } = await this.run('plan', ...asked);
    return code === 0 ? null : output;
  }

  /** The managed objects of the state. */
  async objects(): Promise<StateObject[]> {
    const shown = JSON.parse(await this.must('show', '-json')) as {
      values?: { root_module?: { resources?: RawObject[] } };
    };
    const all = shown.values?.root_module?.resources ?? [];
    return all
      .filter(({ mode }) => mode === 'managed')
      .map(({ address, type, name, values, tainted }) => {
        return { address, type, name, values, isTainted: tainted ?? false };
      });
  }

  /** The object at `address`. */
  async object(address: string): Promise<StateObject> {
    const objects = await this.objects();
    const one = objects.find((object) => object.address === address);
    if (one) return one;
    throw new Error(`no ${address} in state: ${objects.map((object) => object.address).join()}`);
  }

  /** The state as text, to search it for secrets. */
  stateText(): string {
    return readFileSync(join(this.folder, 'terraform.tfstate'), 'utf8');
  }

  /** Pids of the provider's processes. */
  providers(): number[] {
    return processesIn(this.home).filter((pid) => commandOf(pid).includes('provider-cinderkit'));
  }

  /** Pids of what runs here but for the engine. */
  others(): number[] {
    return processesIn(this.home).filter((pid) => !commandOf(pid).includes('bundled-engine'));
  }

  /** Asserts that no process is left but the engine, and no socket or lock of one. */
  async expectQuiet(): Promise<void> {
    const line = `processes of ${this.home} to end`;
    await eventually(line, () => this.others().length === 0, 10_000).catch((error: unknown) => {
      throw new Error(this.others().map(commandOf).join('\n'), { cause: error });
    });
    // The compile cache is Node's, for the engine's next start.
    const left = readdirSync(join(this.home, 'tmp')).filter((name) => !/compile-cache/.test(name));
    expect(left).toEqual([]);
  }

  /** Empties the folder of temporary files. */
  sweep(): void {
    rmSync(join(this.home, 'tmp'), { recursive: true, force: true });
    mkdirSync(join(this.home, 'tmp'));
  }

  /** Ends every process of this project, its engine too, and removes its folder. Repeatable. */
  async dispose(): Promise<void> {
    await killProcessesIn(this.home);
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Collects what a child prints, until it ends. */
export function ended(child: ChildProcess): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const heard = { stdout: '', stderr: '', output: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        heard[name] += text;
        heard.output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, ...heard }));
  });
}

function surroundings(home: string, config: string): NodeJS.ProcessEnv {
  const foreign = /^(OS_|TF_|TOFU_|PULUMI_|CINDERKIT_|XDG_|NODE_)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(own),
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: join(home, 'user'),
    TMPDIR: join(home, 'tmp'),
    TF_CLI_CONFIG_FILE: config,
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
    CINDERKIT_ENGINE_CLI: builtCli,
  };
}

/** This machine's kind, as mirrors call it. */
export function platformName(): string {
  const machine = process.arch === 'x64' ? 'amd64' : process.arch;
  return `${process.platform === 'win32' ? 'windows' : process.platform}_${machine}`;
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
