// A driver that fails when told to: the seam at which tests of operations and backups inject
// faults. Invariant: a call without a rule for it reaches the real driver unchanged, and every call
// is noted.
import type { Driver } from '../../bundled-engine/drivers/driver';
import { DriverError } from '../../bundled-engine/drivers/driver-error';

/** A rule: which call fails, when, how often, and with what. */
export interface Fault {
  /**
   * Method name: "createBlank", ...; those of handles with a prefix: "reader.read", "writer.write",
   * "writer.flush", "reader.close", "unmanaged.adopt".
   */
  readonly method: string;
  /** 'before' the real call does anything, or 'after' it did all. */
  readonly when: 'before' | 'after';
  /** How many calls fail; every one unless given. */
  readonly times?: number | undefined;
  /** How many calls pass before the first failure; none unless given. */
  readonly skip?: number | undefined;
  /** What is thrown; a transient DriverError unless given. */
  readonly error?: Error | undefined;
}

/** The driver, what was called on it (names in order), and how to set rules. */
export interface FaultyDriver {
  readonly driver: Driver;
  readonly calls: readonly string[];
  fail(fault: Fault): void;
  /** Forgets all rules; the notes of calls stay. */
  heal(): void;
}

interface LiveFault extends Fault {
  passed: number;
  failed: number;
}

/** Wraps a driver. Rules are tried in the order they were given; each counts for itself. */
export function faultyDriver(inner: Driver): FaultyDriver {
  const calls: string[] = [];
  let faults: LiveFault[] = [];
  const strike = (method: string, when: Fault['when']): void => {
    for (const fault of faults) {
      if (fault.method !== method || fault.when !== when) continue;
      if (fault.passed < (fault.skip ?? 0)) {
        fault.passed += 1;
        continue;
      }
      if (fault.failed >= (fault.times ?? Infinity)) continue;
      fault.failed += 1;
      throw (
        fault.error ?? new DriverError('transient', `injected failure ${when} ${method} in a test`)
      );
    }
  };
  const wrap = <T extends object>(target: T, prefix: string): T =>
    new Proxy(target, {
      get(of, name) {
        // Bound to the real object: private fields do not go through a proxy.
        const value: unknown = Reflect.get(of, name, of);
        if (name === 'unmanaged' && typeof value === 'object' && value !== null) {
          return wrap(value, 'unmanaged.');
        }
        if (typeof value !== 'function' || typeof name !== 'string') return value;
        const method = `${prefix}${name}`;
        return async (...args: unknown[]): Promise<unknown> => {
          calls.push(method);
          strike(method, 'before');
          const result: unknown = await Reflect.apply(value, of, args);
          strike(method, 'after');
          if (typeof result !== 'object' || result === null) return result;
          if (method === 'openReader') return wrap(result, 'reader.');
          return method === 'openWriter' ? wrap(result, 'writer.') : result;
        };
      },
    });
  return {
    driver: wrap(inner, ''),
    calls,
    fail: (fault) => void faults.push({ ...fault, passed: 0, failed: 0 }),
    heal: () => void (faults = []),
  };
}
