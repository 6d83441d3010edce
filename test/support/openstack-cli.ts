// The real OpenStack client of Debian on an engine's clouds.yaml. Invariants: it sees nothing of
// the user's own clouds, and one process serves one cloud.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { CommandOutcome, EngineProcess } from './engine-process';

/**
 * Debian's client; other installations are not looked for, since a version manager may shadow them.
 */
export const openstackProgram = '/usr/bin/openstack';

/** null where the client is there; else how to get it. */
export const openstackMissing = existsSync(openstackProgram)
  ? null
  : 'the OpenStack client is missing: apt-get install python3-openstackclient';

const answerShape = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });

/** What OpenStack's tools need in their environment to use a cloud of an engine. */
export function cloudEnvironment(engine: EngineProcess, cloud: string): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: engine.folder,
    OS_CLIENT_CONFIG_FILE: engine.cloudsFile,
    OS_CLOUD: cloud,
  };
}

/** The client, logged in to one cloud. Commands run in the order of the calls. */
export class OpenStackCli {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private last: Promise<unknown> = Promise.resolve();

  constructor(engine: EngineProcess, cloud: string) {
    this.child = spawn('/usr/bin/python3', [join(__dirname, 'openstack-cli.py')], {
      cwd: engine.folder,
      env: cloudEnvironment(engine, cloud),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (!this.child.stdout) throw new Error('the client has no output');
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Runs a command; a non-zero exit code is an outcome. */
  run(...args: string[]): Promise<CommandOutcome> {
    const ran = this.last.then(async () => {
      this.child.stdin?.write(`${JSON.stringify(args)}\n`);
      const { value, done } = await this.lines.next();
      if (done) throw new Error(`the client ended in: openstack ${args.join(' ')}`);
      return answerShape.parse(JSON.parse(value));
    });
    this.last = ran.catch(() => undefined);
    return ran;
  }

  /** Runs a command that must succeed, and gives its output. */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code === 0) return stdout;
    throw new Error(`openstack ${args.join(' ')} ended with ${code}: ${stderr}`);
  }

  /** Runs a command that must succeed and shows something, with -f json. */
  async show(...args: string[]): Promise<Record<string, unknown>> {
    const text = await this.ok(...args, '-f', 'json');
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  }

  /** Runs a command that must succeed and lists something, with -f json. */
  async list(...args: string[]): Promise<Record<string, unknown>[]> {
    const text = await this.ok(...args, '-f', 'json');
    return z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(text));
  }

  /** Ends the process and waits for its end. Repeatable. */
  async close(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin?.end();
    await ended;
  }
}
