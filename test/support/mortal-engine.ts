// An engine process that a test can kill at a chosen moment of a job and start again on the same
// data folder. Invariant: dispose() leaves neither process nor file.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepMoment } from '../../bundled-engine/jobs/step-hooks';
import { killProcessesIn } from './processes';

const launcher = join(__dirname, 'crashing-engine.cjs');

/** Where a job is cut off. */
export type DeadlyMoment = Pick<StepMoment, 'operation' | 'step' | 'phase'> & {
  readonly edge: 'before' | 'after';
};

type Heard =
  | { readonly ready: { readonly url: string } }
  | { readonly failed: string }
  | { readonly armed: true };

/** The engine of one data folder, in as many lives as it takes. */
export class MortalEngine {
  readonly folder = mkdtempSync(join(tmpdir(), 'cinderkit-mortal-'));
  readonly dataFolder = join(this.folder, 'engine');
  url = '';
  private child: ChildProcess | null = null;

  /** Makes the data folder with these settings; start() starts it. */
  constructor(settings: string) {
    mkdirSync(this.dataFolder, { mode: 0o700 });
    writeFileSync(join(this.dataFolder, 'engine.yaml'), settings);
  }

  /** Starts it; resolves when it is ready. Fails, with its reason, where it does not start. */
  async start(): Promise<void> {
    const child = fork(launcher, [this.dataFolder], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child = child;
    const heard = await hear(child);
    if (!('ready' in heard)) throw new Error(`the engine did not start: ${JSON.stringify(heard)}`);
    this.url = heard.ready.url;
  }

  /** Process id of the running engine. */
  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** From now on the next job that comes to the moment is the engine's end. */
  async arm(dieAt: DeadlyMoment): Promise<void> {
    const child = this.running();
    const answer = hear(child);
    child.send({ dieAt });
    await answer;
  }

  /** Resolves when the process has ended by SIGKILL. Fails where it is still there in the end. */
  async death(timeoutMs = 20_000): Promise<void> {
    const child = this.running();
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, 'exit', { signal: AbortSignal.timeout(timeoutMs) });
    }
    if (child.signalCode !== 'SIGKILL') throw new Error('the engine ended, but not by the kill');
    this.child = null;
  }

  /** Kills it now. */
  async kill(): Promise<void> {
    this.running().kill('SIGKILL');
    await this.death();
  }

  /** Ends it and removes its folder. Repeatable. */
  async dispose(): Promise<void> {
    this.child?.kill('SIGKILL');
    this.child = null;
    await killProcessesIn(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private running(): ChildProcess {
    if (!this.child) throw new Error('the engine is not running');
    return this.child;
  }
}

async function hear(child: ChildProcess): Promise<Heard> {
  return new Promise<Heard>((resolve, reject) => {
    const ended = (): void => reject(new Error('the engine ended without a word'));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as Heard);
    });
  });
}
