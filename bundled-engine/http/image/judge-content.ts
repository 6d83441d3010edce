// Whether bytes are what their owner declared them to be. Invariant: an image whose content is
// another format than declared, or names other files, is never accepted: whoever converts it later
// would read the host's files (OSSA-2024-001, OSSA-2023-002; glance require_image_format_match).
import { assertSafeImage, UnsafeImageError } from '../../host/inspect-image';
import type { DetectedFormat, Inspection } from '../../host/inspect-image';
import type { ImageRow } from '../../records/rows/image-row';

/** Contents without a header that a tool would follow. */
const plain: readonly DetectedFormat[] = ['raw', 'gpt', 'mbr', 'iso'];

/** For formats that no volume is made from: what may be found in them. A fixed VHD has no head. */
const foreign: Readonly<Record<string, readonly DetectedFormat[]>> = {
  vhd: ['vhd', ...plain],
  vhdx: ['vhdx'],
  vdi: ['vdi'],
  ploop: ['parallels', ...plain],
  ami: plain,
  ari: plain,
  aki: plain,
};

/** Why the content must be refused, in one sentence; null where it may stay. */
export function whyUnacceptable(
  image: Pick<ImageRow, 'diskFormat' | 'containerFormat'>,
  inspection: Inspection,
): string | null {
  // An archive says nothing of the disk inside it, and no volume is made from one.
  if (image.containerFormat !== 'bare') return null;
  const declared = image.diskFormat ?? '';
  const allowed = foreign[declared];
  if (allowed) {
    if (allowed.includes(inspection.format)) return null;
    return `its content is ${inspection.format}, but it is declared to be ${declared}`;
  }
  try {
    assertSafeImage(declared, inspection);
    return null;
  } catch (error) {
    if (error instanceof UnsafeImageError) return error.message;
    throw error;
  }
}
