// Runs a tool of the host: no shell, a time limit, bounded output, and no child left behind.
// Invariant: when it resolves or throws, the tool and what it started are gone.
import { spawn, type ChildProcess } from 'node:child_process';
import { toolEnvironment } from './left-tools';

/** How to run a command; `timeoutMs` is 10 minutes and `maxOutputBytes` 1 MiB unless given. */
export interface CommandOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly cwd?: string | undefined;
  readonly input?: string | undefined;
  readonly maxOutputBytes?: number | undefined;
  /** Gets standard output as it comes (for progress). */
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** What a command that ended with exit code 0 said. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A command that could not be run to its good end. `code` is an errno name when the cause is one
 * that the caller can act on (ENOSPC, ...), `exitCode` null when it was ended by a signal or never
 * began.
 */
export class CommandError extends Error {
  readonly code: string | undefined;
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(
    message: string,
    facts: { code?: string | undefined; exitCode: number | null; stderr: string; cause?: unknown },
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'CommandError';
    this.code = facts.code;
    this.exitCode = facts.exitCode;
    this.stderr = facts.stderr;
  }
}

// strerror texts that tools print (the locale is forced to C), and what they mean to a caller.
const errnoOfText: readonly (readonly [RegExp, string])[] = [
  [/No space left on device|Disk quota exceeded/, 'ENOSPC'],
  [/Failed to get "?[\w ]+"? lock|Resource busy|Device or resource busy/, 'EBUSY'],
  [/No such file or directory/, 'ENOENT'],
  [/Permission denied|Operation not permitted/, 'EACCES'],
  [/Read-only file system/, 'EROFS'],
  [/Input\/output error/, 'EIO'],
  [/Cannot allocate memory/, 'ENOMEM'],
];
const lastLines = 6;
const inOneMiB = 1024 * 1024;

/** The errno name that a tool's words stand for, or undefined. */
export function errnoInText(text: string): string | undefined {
  return errnoOfText.find(([pattern]) => pattern.test(text))?.[1];
}

/** Ends a child and all it started (its process group) at once. Safe when it is gone already. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/**
 * Runs `file` with arguments and gives its output. Fails with CommandError for any other exit code
 * than 0, a missing tool (code ENOENT and exitCode null), too much output or the time limit; with
 * the signal's reason for an abort.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutput> {
  options.signal?.throwIfAborted();
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: toolEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that ending it ends what it started too.
    detached: true,
  });
  const stopped: { why?: unknown } = {};
  const stop = (why: unknown): void => {
    stopped.why ??= why;
    killGroup(child);
  };
  const onAbort = (): void => stop(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const timeoutMs = options.timeoutMs ?? 600_000;
  const timer = setTimeout(
    () => stop(failure(`did not end within ${timeoutMs} ms`, 'ETIMEDOUT')),
    timeoutMs,
  );
  const failure = (what: string, code?: string, exitCode: number | null = null): CommandError => {
    const stderr = output.stderr.trim().split('\n').slice(-lastLines).join('\n');
    const said = stderr === '' ? '' : `: ${stderr}`;
    return new CommandError(`${[file, ...args].join(' ')} ${what}${said}`, {
      code: code ?? errnoInText(stderr),
      exitCode,
      stderr,
    });
  };
  const output = gather(child, options, (limit) =>
    stop(failure(`said more than ${limit} bytes, which is the limit`)),
  );
  try {
    const exit = await ended(child, options.input);
    if (stopped.why !== undefined) throw stopped.why;
    if (exit.code !== 0) {
      const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
      throw failure(`failed with ${how}`, undefined, exit.code);
    }
    return { stdout: output.stdout, stderr: output.stderr };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
  }
}

function gather(
  child: ChildProcess,
  options: CommandOptions,
  onTooMuch: (limitBytes: number) => void,
): { readonly stdout: string; readonly stderr: string } {
  const limitBytes = options.maxOutputBytes ?? inOneMiB;
  const chunks: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] };
  let totalBytes = 0;
  const take = (into: Buffer[], chunk: Buffer): void => {
    totalBytes += chunk.length;
    if (totalBytes > limitBytes) onTooMuch(limitBytes);
    else into.push(chunk);
  };
  child.stdout?.on('data', (chunk: Buffer) => {
    take(chunks.out, chunk);
    options.onOutput?.(chunk.toString());
  });
  child.stderr?.on('data', (chunk: Buffer) => take(chunks.err, chunk));
  return {
    get stdout() {
      return Buffer.concat(chunks.out).toString();
    },
    get stderr() {
      return Buffer.concat(chunks.err).toString();
    },
  };
}

function ended(
  child: ChildProcess,
  input: string | undefined,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new CommandError(`cannot start ${child.spawnfile}: ${cause.message}`, {
          code: cause.code,
          exitCode: null,
          stderr: '',
          cause,
        }),
      ),
    );
    child.once('close', (code, signal) => resolve({ code, signal }));
    // A tool that ends without reading its input breaks the pipe; its exit code tells the story.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}
