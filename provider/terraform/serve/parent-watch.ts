// Whether the CLI that started the plugin is still there. A CLI that is killed closes its
// connection and leaves its children to another parent; nothing else tells a plugin. Invariant: a
// plugin never outlives its CLI by more than the two seconds that noticing takes, plus the calls'
// own ending.

const startedBy = process.ppid;
const everyMs = 500;
/** Long enough for a client that reconnects, short enough not to be noticed. */
const reconnectMs = 1000;
/** A CLI that has read the handshake calls at once; it waits a minute for the handshake itself. */
const firstCallMs = 60_000;

let openConnections = 0;
let wasCalled = false;

/**
 * Whether the CLI lives: its process is our parent still, and its connection, once it called, is
 * open. A wrong "no" is possible for a moment while a client reconnects.
 */
export function isCallerAlive(): boolean {
  return isCallerPresent() && (openConnections > 0 || !wasCalled);
}

/** Whether the CLI's process is our parent still; at our own end its connection is closed. */
export function isCallerPresent(): boolean {
  return process.ppid === startedBy;
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

/**
 * Calls `onGone` once, when the CLI is gone, or had gone before it could call. The watch itself
 * keeps no process alive.
 */
export function watchParent(onGone: () => void): ParentWatch {
  let lost: NodeJS.Timeout | undefined;
  const stop = () => {
    clearInterval(poll);
    clearTimeout(lost);
    clearTimeout(uncalled);
  };
  const gone = () => {
    stop();
    onGone();
  };
  const poll = setInterval(() => {
    if (!isCallerPresent()) gone();
  }, everyMs);
  poll.unref();
  // A CLI that was gone before this process began to look is told by nothing else.
  const uncalled = setTimeout(gone, firstCallMs).unref();
  const sees = (connection: WatchedConnection) => {
    openConnections += 1;
    clearTimeout(lost);
    connection.once('close', () => {
      openConnections -= 1;
      if (openConnections > 0 || !wasCalled) return;
      lost = setTimeout(gone, isCallerPresent() ? reconnectMs : 0);
    });
  };
  const called = () => {
    wasCalled = true;
    clearTimeout(uncalled);
  };
  return { sees, called, stop };
}
