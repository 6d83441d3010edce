// Waits, by the lifecycle tables: for every operation of every noun they end well, fail at once, or
// report what they found; no sequence of statuses makes them hang.
import * as fc from 'fast-check';
import { waitFor } from '../../provider/client/wait-for';
import type { Observed, WaitRequest } from '../../provider/client/wait-for';
import { verdictOn, waitingFor } from '../../provider/client/wait-verdict';
import { clientFaults } from '../../schema/client-faults';
import type { Lifecycle } from '../../schema/kernel/lifecycle';
import { endsIn, origin as back } from '../../schema/kernel/lifecycle';
import { backupLifecycle } from '../../schema/lifecycles/backup';
import { groupLifecycle } from '../../schema/lifecycles/group';
import { groupSnapshotLifecycle } from '../../schema/lifecycles/group-snapshot';
import { imageLifecycle } from '../../schema/lifecycles/image';
import { snapshotLifecycle } from '../../schema/lifecycles/snapshot';
import { volumeLifecycle } from '../../schema/lifecycles/volume';

const lifecycles: Lifecycle[] = [
  volumeLifecycle,
  snapshotLifecycle,
  backupLifecycle,
  imageLifecycle,
  groupLifecycle,
  groupSnapshotLifecycle,
];

const rows = lifecycles.flatMap((lifecycle) =>
  Object.entries(lifecycle.operations).map(
    ([operation, row]) => [lifecycle.noun, operation, lifecycle, row] as const,
  ),
);

/** Shows `statuses` one after the other, the last one for ever; null is a thing that is gone. */
function script(statuses: readonly (string | null)[], more: Partial<Observed> = {}) {
  let at = 0;
  return async (): Promise<Observed | null> => {
    const status = statuses[Math.min(at, statuses.length - 1)] ?? null;
    at += 1;
    return status === null ? null : { status, ...more };
  };
}

function wait(
  lifecycle: Lifecycle,
  operation: string,
  more: Partial<WaitRequest<Observed>> & Pick<WaitRequest<Observed>, 'observe'>,
) {
  const subject = `${lifecycle.noun} x`;
  return waitFor<Observed>({ lifecycle, operation, subject, timeoutMs: 5000, ...more });
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

/**
 * A restored backup says nothing of a failure (the volume does), an image that goes back to
 * queued does.
 */
function showsFailure(lifecycle: Lifecycle, row: Lifecycle['operations'][string]): boolean {
  const seen = lifecycle.statuses[row.failed]?.kind !== 'final' && row.via.length > 0;
  const looksDone = row.done !== back && row.done.includes(row.failed);
  return row.failed !== back && seen && !looksDone;
}

describe.each(rows)('%s %s', (_noun, operation, lifecycle, row) => {
  const start = row.from[0] ?? '';
  const [end = ''] = endsIn(row, start);

  test('ends well after the statuses that it passes', async () => {
    const seen: string[] = [];
    const last = lifecycle.statuses[end]?.kind === 'final' ? null : end;
    const observe = script([...row.via, last]);
    const origin = start === '' ? {} : { origin: start };
    const thing = await wait(lifecycle, operation, {
      observe,
      ...origin,
      onStatus: (status) => seen.push(status),
    });
    expect(thing?.status ?? null).toBe(last);
    expect(seen).toEqual([...row.via, ...(last === null ? [] : [last])]);
  });

  if (showsFailure(lifecycle, row)) {
    test('fails at once with the service’s reasons', async () => {
      const messages = jest.fn(async () => ['no space', 'no space']);
      const observe = script([...row.via, row.failed], { failReason: 'disk full' });
      const error = await failure(wait(lifecycle, operation, { observe, messages }));
      expect(error).toMatchObject({
        code: 'operationFailed',
        details: { operation, status: row.failed, reasons: ['disk full', 'no space'] },
      });
      expect(messages).toHaveBeenCalledTimes(1);
    });
  }

  test('reports a status that the table lacks', async () => {
    const observe = script([...row.via, 'error_unheard_of']);
    const error = await failure(wait(lifecycle, operation, { observe }));
    expect(error).toMatchObject({
      code: 'unexpectedStatus',
      details: { status: 'error_unheard_of' },
    });
  });

  if (end !== 'deleted') {
    test('reports that the thing is gone', async () => {
      const error = await failure(
        wait(lifecycle, operation, { observe: script([...row.via, null]) }),
      );
      expect(error).toMatchObject({
        code: 'gone',
        details: { lastStatus: row.via.at(-1) ?? null },
      });
    });
  }
});

describe('operations that end where they began', () => {
  const grown = ({ size }: { status: string; size: number }) => size === 2;
  const extend = (looks: { status: string; size: number }[], origin?: string) => {
    let at = 0;
    return waitFor({
      lifecycle: volumeLifecycle,
      operation: 'extend',
      subject: 'volume x',
      observe: async () => looks[Math.min(at++, looks.length - 1)] ?? null,
      isDone: grown,
      timeoutMs: 3000,
      ...(origin ? { origin } : {}),
    });
  };

  test('are over at the first look where the effect is there', async () => {
    const startedAt = Date.now();
    await extend([{ status: 'available', size: 2 }]);
    expect(Date.now() - startedAt).toBeLessThan(50);
  });

  test('go on where the effect is not there yet', async () => {
    const looks = [1, 1, 2].map((size) => ({ status: 'available', size }));
    expect(await extend(looks)).toEqual({ status: 'available', size: 2 });
  });

  test('have failed where they were at work and left no effect', async () => {
    const looks = ['extending', 'available'].map((status) => ({ status, size: 1 }));
    expect(await failure(extend(looks))).toMatchObject({ code: 'operationFailed' });
  });

  test('have failed at once where the service had taken them on', async () => {
    const look = { status: 'available', size: 1 };
    const startedAt = Date.now();
    const refused = waitFor({
      lifecycle: volumeLifecycle,
      operation: 'retype',
      subject: 'volume x',
      observe: async () => look,
      isDone: grown,
      isAccepted: true,
      messages: async () => ['No pool.', 'Retype needs a migration.'],
      timeoutMs: 60_000,
    });
    expect(String(await failure(refused))).toContain(
      'available: No pool; Retype needs a migration.',
    );
    expect(Date.now() - startedAt).toBeLessThan(5000);
  });

  test('of an attached volume end attached, whether or not the caller said so', async () => {
    const looks = ['extending', 'in-use'].map((status, at) => ({ status, size: 1 + at }));
    expect(await extend(looks, 'in-use')).toMatchObject({ status: 'in-use' });
    expect(await extend(looks)).toMatchObject({ status: 'in-use' });
  });
});

describe('removal', () => {
  const remove = (statuses: (string | null)[], timeoutMs = 3000) =>
    wait(volumeLifecycle, 'delete', { observe: script(statuses), timeoutMs });

  test('of what is gone already is over', async () => {
    expect(await remove([null])).toBeNull();
    expect(await remove(['deleted'])).toBeNull();
  });

  test('may still show the old status at first', async () => {
    expect(await remove(['available', 'deleting', null])).toBeNull();
  });

  test('has failed where the thing is put back', async () => {
    expect(await failure(remove(['deleting', 'available']))).toMatchObject({
      code: 'operationFailed',
      details: { status: 'available' },
    });
  });

  test('is not waited for while something attaches it', async () => {
    expect(await failure(remove(['in-use']))).toMatchObject({ code: 'unexpectedStatus' });
  });
});

describe('bounds', () => {
  test('a deadline names the last status and the time', async () => {
    const observe = script(['creating']);
    const error = await failure(wait(volumeLifecycle, 'create', { observe, timeoutMs: 300 }));
    expect(error).toMatchObject({ code: 'waitTimedOut', details: { lastStatus: 'creating' } });
    expect(String(error)).toMatch(/volume x after 0\.[3-9] s; its last status was creating/);
  });

  test('a deadline ends a look that hangs', async () => {
    const observe = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const error = await failure(wait(volumeLifecycle, 'create', { observe, timeoutMs: 200 }));
    expect(error).toMatchObject({ code: 'waitTimedOut', details: { lastStatus: null } });
  });

  test('an abort ends a wait with its reason', async () => {
    const stop = new AbortController();
    const call = wait(volumeLifecycle, 'create', {
      observe: script(['creating']),
      signal: stop.signal,
      onStatus: () => setImmediate(() => stop.abort(new Error('enough'))),
    });
    await expect(call).rejects.toThrow('enough');
  });

  test('an outage in between is waited out; a refusal is not', async () => {
    const lost = { what: 'GET', url: 'http://x', found: 'reset', attempts: 1 };
    let looks = 0;
    const observe = async () => {
      looks += 1;
      if (looks === 2) throw clientFaults.connectionFailed(lost);
      return { status: looks < 4 ? 'creating' : 'available' };
    };
    expect(await wait(volumeLifecycle, 'create', { observe })).toEqual({ status: 'available' });
    const refuse = async () => {
      throw clientFaults.noProjectScope({ origin: 'x' });
    };
    const error = await failure(wait(volumeLifecycle, 'create', { observe: refuse }));
    expect(error).toMatchObject({ code: 'noProjectScope' });
  });

  test('a service that cannot tell why does not hide the failure', async () => {
    const messages = async () => {
      throw new Error('messages are down');
    };
    const observe = script(['error']);
    const error = await failure(wait(volumeLifecycle, 'create', { observe, messages }));
    expect(error).toMatchObject({ code: 'operationFailed', details: { reasons: [] } });
    expect(String(error)).toContain('the service gave no reason');
  });
});

test('every status, known or not, has a verdict for every operation', () => {
  const known = lifecycles.flatMap(({ statuses }) => Object.keys(statuses));
  const status = fc.oneof(fc.constantFrom(...known), fc.string(), fc.constant(null));
  const effect = fc.constantFrom(true, false, undefined);
  const verdicts = new Set(['done', 'failed', 'working', 'begin', 'unexpected']);
  fc.assert(
    fc.property(fc.constantFrom(...rows), status, fc.boolean(), effect, (row, seen, begun, has) => {
      const [, operation, lifecycle] = row;
      const waiting = waitingFor(lifecycle, operation, undefined);
      const verdict = verdictOn(waiting, { status: seen, begun, effect: has });
      expect(verdicts).toContain(verdict);
      const foreign = seen !== null && !(seen in lifecycle.statuses);
      expect(!foreign || verdict === 'unexpected').toBe(true);
    }),
  );
});
