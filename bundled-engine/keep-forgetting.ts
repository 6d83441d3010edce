// Removes what has expired: tokens, and messages to users. Nothing expired is ever shown, so this
// only keeps the records small. Invariant: it never keeps a process alive, nor fails a start.
import type { Logger } from 'pino';
import type { Clock } from './parts';
import type { Database } from './records/database';
import { pruneMessages } from './records/messages';
import { momentOf } from './records/moment';
import { pruneTokens } from './records/tokens';

const everyMs = 60 * 60 * 1000;

/**
 * Forgets now, then every hour; gives what ends it, which waits for a round that is on its way.
 * A round that fails is logged, and the next one tries again.
 */
export async function keepForgetting(
  database: Database,
  by: { readonly clock: Clock; readonly log: Logger },
): Promise<() => Promise<void>> {
  const forget = async (): Promise<void> => {
    const moment = momentOf(by.clock.now());
    try {
      const tokens = await pruneTokens(database, moment);
      const messages = await pruneMessages(database, moment);
      if (tokens + messages > 0) by.log.debug({ tokens, messages }, 'what expired was removed');
    } catch (err) {
      by.log.warn({ err }, 'what expired could not be removed');
    }
  };
  let round = forget();
  await round;
  const timer = setInterval(() => {
    round = round.then(forget);
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await round;
  };
}
