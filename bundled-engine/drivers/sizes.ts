// Between the volume API's whole GiB and the bytes of files, and the checks on both. Invariant: a
// size or range that passed here is a safe whole number inside the volume.
import { DriverError } from './driver-error';

/** Bytes of one GiB. */
export const gibBytes = 1024 ** 3;

// Beyond this the byte count is no safe whole number.
const maxSizeGib = Math.floor(Number.MAX_SAFE_INTEGER / gibBytes);

/** Size in bytes; refused unless a whole number of GiB above zero. */
export function toBytes(sizeGib: number): number {
  if (!Number.isSafeInteger(sizeGib) || sizeGib < 1 || sizeGib > maxSizeGib) {
    throw new DriverError(
      'refused',
      `cannot use ${sizeGib} as a volume's size: a whole number of GiB from 1 to ` +
        `${maxSizeGib} is needed`,
    );
  }
  return sizeGib * gibBytes;
}

/** Throws unless the range lies wholly inside a volume of `sizeBytes`. */
export function assertInside(sizeBytes: number, offset: number, lengthBytes: number): void {
  const isWhole = Number.isSafeInteger(offset) && Number.isSafeInteger(lengthBytes);
  if (!isWhole || offset < 0 || lengthBytes < 0 || offset + lengthBytes > sizeBytes) {
    throw new DriverError(
      'refused',
      `cannot use ${lengthBytes} bytes at offset ${offset}: the volume has ${sizeBytes} bytes`,
    );
  }
}

/** Throws `refused` when a new volume would be smaller than what it is made from. */
export function assertFits(targetBytes: number, sourceBytes: number, source: string): void {
  if (targetBytes < sourceBytes) {
    throw new DriverError(
      'refused',
      `cannot make a volume of ${targetBytes / gibBytes} GiB from ${source}: ` +
        `that has ${sourceBytes} bytes; ask for ${Math.ceil(sourceBytes / gibBytes)} GiB or more`,
    );
  }
}

/** Throws `refused` when a volume would become smaller than it is. */
export function assertGrows(
  id: string,
  bytes: { readonly from: number; readonly to: number },
): void {
  if (bytes.from <= bytes.to) return;
  throw new DriverError(
    'refused',
    `cannot grow volume ${id} to ${bytes.to} bytes: it has ${bytes.from} and never shrinks`,
  );
}
