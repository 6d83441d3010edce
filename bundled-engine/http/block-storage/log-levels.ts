// How much each service logs, as operators set it while the engine runs. The engine is one process
// with one log, which therefore tells as much as the most talkative of its services asks for.
// Invariant: as in a real Cinder a level lasts until the next start, so nothing is recorded.
import type { Logger } from 'pino';
import { operatorFaults } from '../../../schema/operator-faults';
import { logLevels } from '../../../schema/wire/services';

/** A level of the API. */
export type LogLevel = (typeof logLevels)[number];

// Our log's own words, from the most talkative to the quietest.
const words = { DEBUG: 'debug', INFO: 'info', WARNING: 'warn', ERROR: 'error' } as const;
const byWord: Readonly<Record<string, LogLevel>> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'ERROR',
};
const talkative = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const;

interface Kept {
  readonly usual: LogLevel;
  /** By logger, as in cinder.volume of a host. */
  readonly set: Map<string, LogLevel>;
}

const keptBy = new WeakMap<Logger, Kept>();

function keptOf(log: Logger): Kept {
  const known = keptBy.get(log);
  if (known) return known;
  const fresh = { usual: byWord[log.level] ?? 'INFO', set: new Map<string, LogLevel>() };
  keptBy.set(log, fresh);
  return fresh;
}

/** The level that a request names, in any case of letters. Fails with 400. */
export function levelOf(asked: string | null | undefined): LogLevel {
  const level = logLevels.find((each) => each === asked?.toUpperCase());
  if (level === undefined) throw operatorFaults.logLevelInvalid({ level: asked ?? '' });
  return level;
}

/** A program on a host: cinder-api is one too, though no list of services has it. */
export interface Logging {
  readonly binary: string;
  readonly host: string;
}

/** The name of a program's one logger: cinder.volume for cinder-volume. */
function loggerOf(binary: string): string {
  return binary.replace('-', '.');
}

const keyOf = ({ binary, host }: Logging): string => `${loggerOf(binary)} ${host}`;

/** Sets the level of those of `all` that are in `meant` and whose logger begins with `prefix`. */
export function setLogLevel(
  log: Logger,
  to: { readonly meant: readonly Logging[]; readonly all: readonly Logging[] },
  asked: { readonly prefix: string; readonly level: LogLevel },
): void {
  const { usual, set } = keptOf(log);
  for (const each of to.meant) {
    if (loggerOf(each.binary).startsWith(asked.prefix)) set.set(keyOf(each), asked.level);
  }
  const levels = to.all.map((each) => set.get(keyOf(each)) ?? usual);
  log.level = words[talkative.find((level) => levels.includes(level)) ?? usual];
}

/** The levels of a program's loggers whose names begin with `prefix`. */
export function logLevelsOf(
  log: Logger,
  of: Logging,
  prefix: string,
): Readonly<Record<string, LogLevel>> {
  const { usual, set } = keptOf(log);
  const name = loggerOf(of.binary);
  return name.startsWith(prefix) ? { [name]: set.get(keyOf(of)) ?? usual } : {};
}
