// Runs the tools that the project's scripts are made of, with their output shown, and turns a
// failure into one clear line and a non-zero exit instead of a stack.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The project's folder. */
export const root = join(import.meta.dirname, '..');

/**
 * Runs `command` with its output shown; resolves to its exit code. `env` is added to the process's
 * own. A command that cannot be started counts as exit code 127.
 */
export function run(command, args, { cwd = root, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      resolve(127);
    });
    child.on('exit', (code, signal) => resolve(signal ? 143 : (code ?? 1)));
  });
}

/** Runs a tool of node_modules/.bin; resolves to its exit code. */
export function runTool(name, args, options) {
  return run(join(root, 'node_modules/.bin', name), args, options);
}

/**
 * Runs a script's work and sets the exit code to what it resolves to (0 where that is no number).
 * An error is one plain line, and a stack with DEBUG set.
 */
export async function plainly(work) {
  try {
    const code = await work();
    process.exitCode = typeof code === 'number' ? code : 0;
  } catch (error) {
    console.error(`cinderkit: ${process.env.DEBUG ? error.stack : error.message}`);
    process.exitCode = error.exitCode ?? 1;
  }
}
