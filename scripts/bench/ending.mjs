// What a run has made and must take away again: processes, mounts, folders. Invariant: the last
// made goes first, and it goes whether the run ends well, fails or is interrupted.

const undos = [];
let isInterrupted = false;
let ending = Promise.resolve();

/**
 * Remembers how to take something away; gives a function that does it now. Repeatable. Throws once
 * the run is interrupted, so that nothing goes on; what was just made is still taken away.
 */
export function atEnd(undo) {
  let pending;
  const once = () => (pending ??= Promise.resolve().then(undo));
  undos.push(once);
  if (isInterrupted) throw new Error('interrupted');
  return once;
}

/** Takes everything away, one call after another; problems are told and do not keep the rest. */
export function endAll() {
  ending = ending.then(takeAllAway);
  return ending;
}

async function takeAllAway() {
  while (undos.length > 0) {
    try {
      await undos.pop()();
    } catch (error) {
      console.error(`bench: could not clear up: ${error.message}`);
      process.exitCode = 1;
    }
  }
}

/** From now on Ctrl-C and kill clear up first. */
export function endOnSignals() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, async () => {
      isInterrupted = true;
      console.error(`\nbench: ${signal}: clearing up ...`);
      await endAll();
      process.exit(130);
    });
  }
}
