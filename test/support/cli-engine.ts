// An engine of the built command line on any data folder, for stories of hardship: where the folder
// is small, read-only, moved or damaged. Invariant: dispose() leaves neither process nor file.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtCli, runProgram } from './engine-process';
import type { CommandOutcome } from './engine-process';
import { PlainCaller } from './plain-caller';
import { eventually, killProcessesIn } from './processes';
import { engineNote } from './pulumi-stack';

/** The engine of a folder, running or not. */
export class CliEngine {
  /** Everything of the test lies below it. */
  readonly folder: string;
  dataFolder: string;

  /** `below`: folder to make its own in; the system's temporary one when left out. */
  constructor(settings = '', below = tmpdir()) {
    this.folder = mkdtempSync(join(below, 'cinderkit-hardship-'));
    this.dataFolder = join(this.folder, 'engine');
    mkdirSync(this.dataFolder, { mode: 0o700 });
    writeFileSync(join(this.dataFolder, 'engine.yaml'), settings);
  }

  /** `cinderkit engine COMMAND` on this engine's data folder. */
  command(command: string, ...args: string[]): Promise<CommandOutcome> {
    const full = [builtCli, 'engine', command, '--data-dir', this.dataFolder, ...args];
    return runProgram(process.execPath, full);
  }

  /** Starts it in the background and logs a member in. Fails where it does not start. */
  async start(): Promise<PlainCaller> {
    const { code, stderr } = await this.command('start', '--background');
    if (code !== 0) throw new Error(`the engine did not start: ${stderr}`);
    return PlainCaller.login(this.dataFolder);
  }

  /** Process id of the engine that runs. */
  get pid(): number {
    return engineNote(this.dataFolder).pid;
  }

  /** Sends the signal and waits until the process is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { pid } = this;
    process.kill(pid, signal);
    await eventually('the engine to end', () => {
      try {
        return !process.kill(pid, 0);
      } catch {
        return true;
      }
    });
  }

  /** Ends it and removes its folder. Repeatable. */
  async dispose(): Promise<void> {
    await killProcessesIn(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
