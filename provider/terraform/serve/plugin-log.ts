// The plugin's log: one JSON line each on standard error, in the form that the CLI's own logger
// (go-hclog) reads and sorts by level. Invariant: a line that cannot be written is lost, and never
// an error; no request or answer is logged whole, so that no secret of theirs can be.
import { writeSync } from 'node:fs';

const levels = ['trace', 'debug', 'info', 'warn', 'error'] as const;

/** How much a line matters, lowest first: trace, debug, info, warn, error. */
export type LogLevel = (typeof levels)[number];

/** What a line carries besides its message. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

const longestText = 8000;

/**
 * The lowest level that anybody reads: what TF_LOG_PROVIDER or else TF_LOG says (JSON means trace),
 * and error where neither is set.
 */
export function lowestLevel(env: NodeJS.ProcessEnv): LogLevel {
  const asked = (env['TF_LOG_PROVIDER'] || env['TF_LOG'] || 'error').toLowerCase();
  return asked === 'json' ? 'trace' : (levels.find((level) => level === asked) ?? 'error');
}

/** Whether stack traces are wanted: at debug and trace alone. */
export function wantsStacks(env: NodeJS.ProcessEnv = process.env): boolean {
  return levels.indexOf(lowestLevel(env)) <= levels.indexOf('debug');
}

/** Logs a line at `level`. Never throws. */
export function log(level: LogLevel, message: string, fields: LogFields = {}): void {
  if (levels.indexOf(level) < levels.indexOf(lowestLevel(process.env))) return;
  const line = {
    '@level': level,
    '@message': message.slice(0, longestText),
    '@module': 'provider.cinderkit',
    // Six digits of the second, no more and no fewer: with others the reader takes the line for
    // text.
    '@timestamp': new Date().toISOString().replace('Z', '000Z'),
    ...fields,
  };
  try {
    writeSync(2, `${JSON.stringify(line)}\n`);
  } catch {
    // Whoever read the log has gone, or reads no more: the work matters more than its log.
  }
}

/** Logs an error's message, with its stack where stacks are wanted. Never throws. */
export function logError(message: string, error: unknown): void {
  const said = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && wantsStacks() ? (error.stack ?? '') : '';
  log('error', `${message}: ${said}`, stack ? { stack: stack.slice(0, longestText) } : {});
}
