// How a driver says no. The driver alone knows what its storage meant, so it classifies each
// failure here and nobody above reads errno or a tool's text. Invariant: everything that leaves a
// driver is a DriverError; its reason decides retry and HTTP face, its message is for people.

import { errnoOf, isAbort, messageOf } from '../host/error-facts';
import type { BytesOf } from './driver';

/**
 * Why a driver could not do it: `missing` the volume, snapshot or file is not there; `busy` it is
 * in use right now; `full` no space or quota; `refused` the request can never work as asked (bad
 * size, unsafe image, ability not declared, no permission); `transient` trying again may help;
 * `bug` none of these: something that should not happen.
 */
export type DriverReason = 'missing' | 'busy' | 'full' | 'refused' | 'transient' | 'bug';

/** A classified failure of a driver. Match on `reason`, never on the text. */
export class DriverError extends Error {
  readonly reason: DriverReason;

  constructor(reason: DriverReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DriverError';
    this.reason = reason;
  }
}

/** Whether a value is a DriverError of one of these reasons (of any when none is named). */
export function isDriverError(value: unknown, ...reasons: DriverReason[]): value is DriverError {
  return value instanceof DriverError && (reasons.length === 0 || reasons.includes(value.reason));
}

const reasonOfErrno: Readonly<Record<string, DriverReason>> = {
  ENOENT: 'missing',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EBUSY: 'busy',
  ETXTBSY: 'busy',
  EACCES: 'refused',
  EPERM: 'refused',
  EROFS: 'refused',
  ENOTOOL: 'refused',
  EAGAIN: 'transient',
  EINTR: 'transient',
  EMFILE: 'transient',
  ENFILE: 'transient',
  ENOMEM: 'transient',
  EIO: 'transient',
  ETIMEDOUT: 'transient',
};

/** Names a thing for people: "volume 1b9d...". */
export function describe(of: BytesOf): string {
  if ('volume' in of) return `volume ${of.volume}`;
  return 'snapshot' in of ? `snapshot ${of.snapshot}` : `checkpoint ${of.checkpoint}`;
}

/**
 * Runs `work` and turns what it throws into a DriverError that begins with `what` ("could not grow
 * volume X to 3 GiB"). A DriverError passes unchanged, and so does an abort, by its signal's
 * reason.
 */
export async function classified<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DriverError || isAbort(error)) throw error;
    throw new DriverError(reasonOf(error), `${what}: ${messageOf(error)}`, error);
  }
}

function reasonOf(error: unknown): DriverReason {
  const errno = errnoOf(error);
  return (errno === undefined ? undefined : reasonOfErrno[errno]) ?? 'bug';
}
