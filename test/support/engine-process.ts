// An engine as users run it: a process of its own, started and stopped by the built command line,
// in a data folder of the test's own. Invariant: dispose() leaves neither process nor file.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killProcessesIn } from './processes';
import { projectRoot } from './source-tree';

/** The built command line; `npm test` builds it first. */
export const builtCli = join(projectRoot, 'dist/bundled-engine/bin.js');

/** What a command printed, and how it ended. */
export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end; a non-zero exit code is an outcome. Rejects where it cannot be
 * started.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<CommandOutcome> {
  return new Promise((resolve, reject) => {
    const settings = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...options } as const;
    const child = execFile(program, args, settings, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
    child.stdin?.end();
  });
}

/** A running engine in a temporary folder. */
export class EngineProcess {
  readonly folder: string;
  readonly dataFolder: string;
  readonly cloudsFile: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.dataFolder = join(folder, 'engine');
    this.cloudsFile = join(this.dataFolder, 'clouds.yaml');
  }

  /** Starts one in the background; resolves when it is ready. */
  static async start(): Promise<EngineProcess> {
    if (!existsSync(builtCli)) throw new Error('there is no dist/: run the tests by npm test');
    const engine = new EngineProcess(mkdtempSync(join(tmpdir(), 'cinderkit-engine-process-')));
    const started = await engine.command('start', '--background');
    if (started.code === 0) return engine;
    await engine.dispose();
    throw new Error(`the engine did not start: ${started.stderr}`);
  }

  /** `cinderkit engine COMMAND` on this engine's data folder. */
  command(command: string, ...args: string[]): Promise<CommandOutcome> {
    const full = [builtCli, 'engine', command, '--data-dir', this.dataFolder, ...args];
    return runProgram(process.execPath, full);
  }

  /** Stops it where it runs, and removes its folder. Repeatable. */
  async dispose(): Promise<void> {
    if (existsSync(this.dataFolder)) await this.command('stop');
    await killProcessesIn(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
