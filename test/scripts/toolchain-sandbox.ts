// A place to run the toolchain in: a PATH of stand-in programs, a cache and a home of its own.
// Invariant: nothing outside the sandbox's folder is written, and no network or real tool is used.

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const scripts = resolve(__dirname, '../../scripts');
const waitTimeoutMs = 20_000;

/** What a finished command said. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A running command: its process, and its end. */
export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
}

/** Waits until `condition` holds; fails with `what` after 20 s. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const giveUpAtMs = Date.now() + waitTimeoutMs;
  while (!condition()) {
    if (Date.now() > giveUpAtMs) throw new Error(`did not happen in time: ${what}`);
    await pause(20);
  }
}

/** A sandbox in a new temporary folder; `remove` it at the end. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'cinderkit-toolchain-'));
  readonly bin = join(this.folder, 'bin');
  readonly cache = join(this.folder, 'cache', 'toolchain');

  constructor() {
    mkdirSync(this.bin);
  }

  /** A path in the sandbox. */
  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Puts a stand-in on PATH. Its body is sh; `$BOX` is the sandbox's folder. */
  program(name: string, body: string, folder: string = this.bin): void {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\nBOX='${this.folder}'\n${body}\n`);
    chmodSync(file, 0o755);
  }

  /** Puts a whole Pulumi of some version on PATH. It notes its PULUMI_HOME in `home-seen`. */
  pulumiOnPath(version: string): void {
    this.program('pulumi', `echo "$PULUMI_HOME" > "$BOX/home-seen"; echo v${version}`);
    this.program('pulumi-language-nodejs', 'exit 0');
    this.program('pulumi-resource-pulumi-nodejs', 'exit 0');
  }

  /**
   * Puts a Go on PATH that "builds" programs giving the version they were linked with, and counts
   * builds as lines of `builds`. `before` runs at the start of each build.
   */
  go({ version = 'go1.26.0', toolchain = 'auto', before = '' } = {}): void {
    mkdirSync(this.path('module', 'nodejs', 'dist'), { recursive: true });
    this.program('pulumi-resource-pulumi-nodejs', 'exit 0', this.path('module/nodejs/dist'));
    this.program(
      'go',
      `case "$1" in
env) echo ${version}; echo ${toolchain};;
list) echo "$BOX/module";;
build)
  echo build >> "$BOX/builds"
  ${before}
  while [ "$1" != -o ]; do
    case "$1" in *version.Version=*) linked=\${1##*=};; esac
    shift
  done
  printf '#!/bin/sh\\necho %s\\n' "$linked" > "$2"
  /bin/chmod 755 "$2";;
esac`,
    );
  }

  /** Starts the toolchain's command line. */
  start(...args: string[]): Running {
    return this.startNode(join(scripts, 'toolchain.mjs'), ...args);
  }

  /** Runs the toolchain's command line to its end. */
  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  /** Runs a module's text, in which `TOOLCHAIN` stands for the toolchain's folder. */
  runModule(text: string): Promise<Ended> {
    const source = text.replaceAll('TOOLCHAIN', join(scripts, 'toolchain'));
    return this.startNode('--input-type=module', '-e', source).ended;
  }

  /** Whether a name exists in the cache's folder. */
  cached(name: string): boolean {
    return existsSync(join(this.cache, name));
  }

  /** Removes everything. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private startNode(...args: string[]): Running {
    const env = { PATH: this.bin, HOME: this.folder, CINDERKIT_CACHE: this.path('cache') };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
    const ended = new Promise<Ended>((done) => {
      child.on('close', (code) => done({ code, stdout, stderr }));
    });
    return { child, ended };
  }
}
