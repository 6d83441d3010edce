// Whether the CLI that started the plugin is still there. A CLI that is killed closes its
// connection and leaves its children to another parent; nothing else tells a plugin. Invariant: a
// plugin never outlives its CLI by more than the two seconds that noticing takes, plus the calls'
// own ending.

const startedBy = process.ppid;
const everyMs = 500;
/** Long enough for a client that reconnects, short enough not to be noticed. */
const reconnectMs = 1000;

let openConnections = 0;
let wasCalled = false;

/**
 * Whether the CLI lives: its process is our parent still, and its connection, once it called, is
 * open. A wrong "no" is possible for a moment while a client reconnects.
 */
export function isCallerAlive(): boolean {
  return process.ppid === startedBy && (openConnections > 0 || !wasCalled);
}

/** A connection that can be told to count while it is open. */
export interface WatchedConnection {
  once(event: 'close', listener: () => void): unknown;
}

/** The watch over one CLI. */
export interface ParentWatch {
  /** Counts a connection for as long as it is open. */
  sees(connection: WatchedConnection): void;
  /** A call came: one of the connections is the CLI's, and not of somebody without certificate. */
  called(): void;
  /** Watches no more. Repeatable. */
  stop(): void;
}

/** Calls `onGone` once, when the CLI is gone. The watch itself keeps no process alive. */
export function watchParent(onGone: () => void): ParentWatch {
  let lost: NodeJS.Timeout | undefined;
  const stop = () => {
    clearInterval(poll);
    clearTimeout(lost);
  };
  const gone = () => {
    stop();
    onGone();
  };
  const poll = setInterval(() => {
    if (process.ppid !== startedBy) gone();
  }, everyMs);
  poll.unref();
  const sees = (connection: WatchedConnection) => {
    openConnections += 1;
    clearTimeout(lost);
    connection.once('close', () => {
      openConnections -= 1;
      if (openConnections > 0 || !wasCalled) return;
      lost = setTimeout(gone, process.ppid === startedBy ? reconnectMs : 0);
    });
  };
  const called = () => {
    wasCalled = true;
  };
  return { sees, called, stop };
}
