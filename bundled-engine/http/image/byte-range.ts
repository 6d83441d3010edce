// Reads a Range header. Invariant: one range or none; a header that cannot be understood asks for
// the whole, as HTTP says (RFC 9110 §14.2), and one outside of the bytes is refused.
import type { ByteRange } from '../../image-files';
import { imageFaults } from './image-faults';

/** The range asked for, null for the whole. Fails with 416 where it lies outside of `sizeBytes`. */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | null {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!found || header === undefined) return null;
  const [, first = '', last = ''] = found;
  if (first === '' && last === '') return null;
  const range =
    first === ''
      ? { startByte: Math.max(0, sizeBytes - Number(last)), endByte: sizeBytes - 1 }
      : {
          startByte: Number(first),
          endByte: last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1),
        };
  if (range.startByte > range.endByte || (first === '' && Number(last) === 0)) {
    throw imageFaults.rangeInvalid({ range: header });
  }
  return range;
}
