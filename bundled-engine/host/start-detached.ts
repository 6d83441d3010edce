// Starts a Node program that outlives its starter, and hears from it once: that it is ready, or why
// it is not. Invariant: when this resolves or rejects, the starter can exit; nothing ties the two
// together.
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';

/** A program to start. */
export interface DetachedProgram {
  /** Absolute path of the script, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
  /** File to which what it prints is appended. */
  readonly outputFile: string;
}

/** What became of the program: its first message, or its exit before it sent one. */
export type Heard =
  | { readonly message: unknown; readonly pid: number }
  | { readonly exitCode: number | null; readonly signal: string | null };

/** Starts the program with this process's own Node and its options. Fails where it cannot start. */
export async function startDetached(program: DetachedProgram): Promise<Heard> {
  const output = await open(program.outputFile, 'a', 0o600);
  try {
    const child = spawn(process.execPath, [...process.execArgv, program.script, ...program.args], {
      detached: true,
      stdio: ['ignore', output.fd, output.fd, 'ipc'],
    });
    return await new Promise<Heard>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
      child.once('message', (message) => {
        child.disconnect();
        child.unref();
        resolve({ message, pid: child.pid ?? 0 });
      });
    });
  } finally {
    await output.close();
  }
}

/**
 * Tells the starter, if there is one that listens, then lets go of it; tells whether there was one.
 * Repeatable.
 */
export async function tellStarter(message: object): Promise<boolean> {
  if (!process.send || !process.connected) return false;
  await new Promise<void>((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });
  if (process.connected) process.disconnect();
  return true;
}
