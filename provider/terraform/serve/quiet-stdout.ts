// Standard output belongs to the handshake: the CLI takes any other first line for a broken plugin.
// Invariant: from the first statement of the plugin on, whatever code prints becomes a log line.
import { Writable } from 'node:stream';
import { format } from 'node:util';
import { log } from './plugin-log';
import type { LogLevel } from './plugin-log';

const levelOf = {
  log: 'debug',
  info: 'debug',
  debug: 'debug',
  trace: 'debug',
  warn: 'warn',
  error: 'error',
} as const satisfies Record<string, LogLevel>;

/**
 * Turns console and process.stdout of this process into log lines. Repeatable. What is written to
 * file descriptor 1 itself gets through: only the handshake may do that.
 */
export function quietStdout(): void {
  const sink = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      const text = String(chunk).trimEnd();
      if (text) log('debug', text);
      done();
    },
  });
  // Replaced and not patched: opening the real stream costs a start more than the log does.
  Object.defineProperty(process, 'stdout', { configurable: true, enumerable: true, value: sink });
  for (const [name, level] of Object.entries(levelOf)) {
    const say = (...parts: unknown[]): void => log(level, format(...parts));
    Object.defineProperty(console, name, { configurable: true, writable: true, value: say });
  }
}
