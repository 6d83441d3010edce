// When a call is sent again and when it must not be: the line between a robust client and one that
// makes things twice.
import * as fc from 'fast-check';
import { backoffMs, retryAfterMs, usualRetries, withRetries } from '../../provider/client/retry';
import { routes } from '../../schema/wire/route';
import type { Scripted } from './fake-cloud';
import { FakeCloud, hasty } from './fake-cloud';

const policy = { rule: 'test', needs: 'member' } as const;
const base = { service: 'block-storage', path: '/things', policy } as const;
const table = routes({
  create: { ...base, method: 'POST', ok: 202 },
  show: { ...base, method: 'GET', ok: 200, path: '/things/:id' },
  replace: { ...base, method: 'PUT', ok: 200 },
  remove: { ...base, method: 'DELETE', ok: 202, path: '/things/:id' },
  patch: { ...base, method: 'PATCH', ok: 200 },
});

let cloud: FakeCloud;
beforeEach(async () => {
  cloud = await FakeCloud.start();
});
afterEach(() => cloud.stop());

const show = { params: { id: 'a' } };
const failure = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

describe('calls that change nothing or the same again', () => {
  test.each([429, 502, 503, 504])('pass after two answers of %d', async (status) => {
    cloud.script = (_seen, count) => (count < 3 ? { status, body: 'busy' } : { body: { ok: 1 } });
    expect((await cloud.connect().call(table.show, show)).body).toEqual({ ok: 1 });
    expect(cloud.requests).toHaveLength(3);
  });

  test.each(['at once', 'midway'] as const)('pass after a connection cut %s', async (drop) => {
    cloud.script = (_seen, count) => (count < 3 ? { body: { ok: 1 }, drop } : { body: { ok: 1 } });
    expect((await cloud.connect().call(table.replace, { body: {} })).body).toEqual({ ok: 1 });
    expect(cloud.requests).toHaveLength(3);
  });

  test('end after the last try with what was found and how often', async () => {
    cloud.script = () => ({ drop: 'at once' });
    const error = await failure(cloud.connect().call(table.remove, show));
    expect(error).toMatchObject({ code: 'connectionFailed', retriable: true });
    expect(String(error)).toContain('DELETE /things/a');
    expect(String(error)).toContain('4 tries');
    expect(cloud.requests).toHaveLength(hasty.attempts);
  });

  test.each([400, 403, 404, 409, 500])('are not repeated after %d', async (status) => {
    cloud.script = () => ({ status, body: { x: { code: status, message: 'no' } } });
    expect(await failure(cloud.connect().call(table.show, show))).toMatchObject({ http: status });
    expect(cloud.requests).toHaveLength(1);
  });
});

describe('creates', () => {
  test('whose answer is lost are not repeated without a marker', async () => {
    cloud.script = () => ({ drop: 'at once' });
    const error = await failure(cloud.connect().call(table.create, { body: {} }));
    expect(error).toMatchObject({ code: 'createUncertain', retriable: false });
    expect(cloud.requests).toHaveLength(1);
  });

  test('behind a gateway that gave up are not repeated without a marker', async () => {
    cloud.script = () => ({ status: 504, body: 'gateway timeout' });
    const error = await failure(cloud.connect().call(table.create, { body: {} }));
    expect(error).toMatchObject({ code: 'computeFault', http: 504 });
    expect(cloud.requests).toHaveLength(1);
  });

  test('JSON patches are treated like creates', async () => {
    cloud.script = () => ({ status: 503, body: 'busy' });
    await failure(cloud.connect().call(table.patch, { body: [] }));
    expect(cloud.requests).toHaveLength(1);
  });

  test('that were refused for their rate are repeated: nothing was done', async () => {
    cloud.script = (_seen, count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': '0' } } : { status: 202, body: {} };
    await cloud.connect().call(table.create, { body: {} });
    expect(cloud.requests).toHaveLength(2);
  });

  test('that could not even connect are repeated', async () => {
    const connection = cloud.connect({
      services: { 'block-storage': { endpoint: 'http://127.0.0.1:9/v3/p1' } },
    });
    const error = await failure(connection.call(table.create, { body: {} }));
    expect(error).toMatchObject({ code: 'connectionFailed', details: { attempts: 4 } });
  });

  test('with a marker find what the lost try made instead of making it again', async () => {
    cloud.script = () => ({ drop: 'at once' });
    const findExisting = jest.fn(async () => ({ thing: { id: 'first' } }));
    const reply = await cloud.connect().call(table.create, { body: {}, findExisting });
    expect(reply.body).toEqual({ thing: { id: 'first' } });
    expect(cloud.requests).toHaveLength(1);
    expect(findExisting).toHaveBeenCalledTimes(1);
  });

  test('with a marker are repeated when nothing was made', async () => {
    cloud.script = (_seen, count) =>
      count === 1 ? { drop: 'at once' } : { status: 202, body: { thing: { id: 'second' } } };
    const findExisting = jest.fn(async () => null);
    const reply = await cloud.connect().call(table.create, { body: {}, findExisting });
    expect(reply).toMatchObject({ status: 202, body: { thing: { id: 'second' } } });
    expect(findExisting).toHaveBeenCalledTimes(1);
  });

  test('never reach the service twice unless each repeat looked first (any faults)', async () => {
    const fault = fc.constantFrom('drop', 'midway', 503, 504, 429, 'ok');
    const faults = fc.array(fault, { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(faults, async (list) => {
        const made: number[] = [];
        cloud.requests.length = 0;
        cloud.script = (_seen, count) => hidingSuccess(list[count - 1] ?? 'ok', count, made);
        const findExisting = async () => (made.length > 0 ? { id: made[0] } : null);
        await failure(cloud.connect().call(table.create, { body: {}, findExisting }));
        expect(made.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });
});

/** The worst case: every fault but 429 hides that the thing was made. */
function hidingSuccess(fault: string | number, count: number, made: number[]): Scripted {
  if (fault === 429) return { status: 429 };
  made.push(count);
  if (fault === 'drop') return { drop: 'at once' };
  if (fault === 'midway') return { status: 202, body: { id: count }, drop: 'midway' };
  return fault === 'ok' ? { status: 202, body: { id: count } } : { status: Number(fault) };
}

describe('limits', () => {
  const overQuota = {
    status: 413,
    headers: { 'retry-after': '0' },
    body: {
      overLimit: {
        code: 413,
        message: 'VolumeLimitExceeded: Maximum number of volumes allowed (1) exceeded for quota',
        retryAfter: '0',
      },
    },
  };

  test('an exceeded quota is refused at once', async () => {
    cloud.script = () => overQuota;
    const error = await failure(cloud.connect().call(table.create, { body: {} }));
    expect(error).toMatchObject({ code: 'overLimit', http: 413, retriable: false });
    expect(cloud.requests).toHaveLength(1);
  });

  test('an exceeded quota is refused at once even with a later Retry-After', async () => {
    cloud.script = () => ({ ...overQuota, headers: { 'retry-after': '30' } });
    await failure(cloud.connect().call(table.show, show));
    expect(cloud.requests).toHaveLength(1);
  });

  test('a rate limit told with 413 is waited for', async () => {
    cloud.script = (_seen, count) =>
      count === 1
        ? { status: 413, headers: { 'retry-after': '1' }, body: { overLimit: { message: 'slow' } } }
        : { body: {} };
    const startedAt = Date.now();
    await cloud.connect().call(table.show, show);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  test('a Retry-After beyond the bound ends the tries', async () => {
    cloud.script = () => ({ status: 503, headers: { 'retry-after': '3600' } });
    const error = await failure(cloud.connect().call(table.show, show));
    expect(error).toMatchObject({ http: 503, details: { retryAfterMs: 3_600_000 } });
    expect(cloud.requests).toHaveLength(1);
  });

  test('Retry-After is read as seconds and as a date', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(retryAfterMs('7', now)).toBe(7000);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:09 GMT', now)).toBe(9000);
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:00 GMT', now)).toBe(0);
    for (const text of [undefined, '', '-1', 'soon']) expect(retryAfterMs(text, now)).toBeNull();
  });

  test('delays grow, are jittered and bounded', () => {
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      const full = Math.min(100 * 2 ** (attempt - 1), usualRetries.longestDelayMs);
      const delayMs = backoffMs(attempt, usualRetries);
      expect(delayMs).toBeGreaterThanOrEqual(full / 2);
      expect(delayMs).toBeLessThanOrEqual(full);
    }
  });
});

describe('an abort', () => {
  test('ends a request that is under way, with its reason', async () => {
    const stop = new AbortController();
    cloud.script = () => {
      stop.abort(new Error('enough'));
      return { delayMs: 2000 };
    };
    const startedAt = Date.now();
    const call = cloud.connect().call(table.show, { ...show, signal: stop.signal });
    await expect(call).rejects.toThrow('enough');
    expect(Date.now() - startedAt).toBeLessThan(1500);
  });

  test('ends a delay between tries', async () => {
    const stop = new AbortController();
    const slow = { ...hasty, firstDelayMs: 60_000, longestDelayMs: 60_000, totalMs: 1e9 };
    const call = withRetries({
      run: async () => {
        setImmediate(() => stop.abort(new Error('enough')));
        throw new Error('again');
      },
      judge: () => ({ atLeastMs: 0 }),
      policy: slow,
      signal: stop.signal,
    });
    await expect(call).rejects.toThrow('enough');
  });

  test('before the call sends nothing', async () => {
    const call = cloud.connect().call(table.show, { ...show, signal: AbortSignal.abort('late') });
    await expect(call).rejects.toBe('late');
    expect(cloud.requests).toHaveLength(0);
  });
});
