// The folder in which the story plays: a copy of the quickstart's program with a Pulumi home and
// state of its own. Invariant: nothing outside of it is written, and dispose leaves neither process
// nor file.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { endProcesses, findProcesses } from '../openstack-peer/processes.mjs';
import { root } from '../run.mjs';
import { programFolder } from '../stack.mjs';

const mark = 'CINDERKIT_STORY_FOLDER';
const stopTimeoutMs = 30_000;
const sources = ['Pulumi.yaml', 'index.ts', 'make-disk-image.ts', 'package.json', 'tsconfig.json'];

/** A program's folder and what runs there. */
export class Workplace {
  /** `env` holds the tools and the cloud; whatever it says of Pulumi is replaced. */
  constructor(env) {
    this.folder = mkdtempSync(join(tmpdir(), 'cinderkit-remote-'));
    for (const name of sources) cpSync(join(programFolder, name), join(this.folder, name));
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
    for (const name of ['home', 'state'])
      mkdirSync(join(this.folder, 'pulumi', name), { recursive: true });
    const own = Object.entries(env).filter(([name]) => !name.startsWith('PULUMI_'));
    this.env = {
      ...Object.fromEntries(own),
      [mark]: this.folder,
      PULUMI_HOME: join(this.folder, 'pulumi/home'),
      PULUMI_BACKEND_URL: `file://${join(this.folder, 'pulumi/state')}`,
      PULUMI_CONFIG_PASSPHRASE: basename(this.folder),
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      PULUMI_DISABLE_REGISTRY_RESOLVE: 'true',
      PULUMI_SUPPRESS_NEO_LINK: 'true',
      PULUMI_IGNORE_AMBIENT_PLUGINS: 'true',
    };
  }

  /**
   * Runs `pulumi ARGS` to its end; gives its exit code and all that it printed. On `signal` it is
   * asked to stop, finishes what it has begun, and is killed where that takes over 30 seconds.
   */
  pulumi(args, { signal, env = {} } = {}) {
    return new Promise((resolve, reject) => {
      // In a group of its own: an interrupt at the terminal reaches it once, and from here.
      const child = spawn('pulumi', ['--non-interactive', '--color', 'never', ...args], {
        cwd: this.folder,
        env: { ...this.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      let killing;
      const stop = () => {
        child.kill('SIGINT');
        killing = setTimeout(() => void this.#endProcesses(), stopTimeoutMs);
      };
      signal?.addEventListener('abort', stop);
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (bytes) => (output += bytes));
      }
      child.on('error', reject);
      child.on('close', (code) => {
        clearTimeout(killing);
        signal?.removeEventListener('abort', stop);
        resolve({ code: code ?? -1, output });
      });
    });
  }

  /** The resources in the state, of the program's own kinds: name, kind, id, inputs, outputs. */
  async resources() {
    const { code, output } = await this.pulumi(['stack', 'export']);
    if (code !== 0) throw new Error(`the state cannot be read:\n${output}`);
    const { deployment } = JSON.parse(output);
    return (deployment.resources ?? [])
      .filter(({ type }) => type.startsWith('pulumi-nodejs:dynamic/cinderkit'))
      .map(({ urn, type, ...rest }) => ({
        name: urn.split('::').at(-1),
        kind: type.split(':').at(-1),
        ...rest,
      }));
  }

  /** Hash of the disk image that the program uploads, as Glance gives it. */
  diskHash() {
    const file = join(this.folder, '.cinderkit/disk.img');
    return existsSync(file) ? createHash('sha512').update(readFileSync(file)).digest('hex') : null;
  }

  /** Whether a stack was made here. */
  hasStack() {
    return readdirSync(this.folder).some((name) => /^Pulumi\..+\.yaml$/.test(name));
  }

  /** Ends every process that was started here and removes the folder. Repeatable. */
  async dispose() {
    await this.#endProcesses();
    rmSync(this.folder, { recursive: true, force: true });
  }

  // The CLI's children have groups of their own and outlive it; all of them carry the mark.
  async #endProcesses() {
    const entry = `${mark}=${this.folder}`;
    await endProcesses(() => findProcesses((environment) => environment.includes(entry)));
  }
}
