// Reads the header and descriptor of a VMDK file. Only the two kinds that keep everything in one
// file pass (monolithicSparse, streamOptimized, as Cinder's vmdk_allowed_types); every other kind
// names files of the host (CVE-2022-47951). Invariant: no descriptor passes that a tool could
// follow out of the file. Source of the layout: VMware, Virtual Disk Format 5.0.
import type { ReadAt } from './read-at';

const sectorBytes = 512;
const sparseMagic = 'KDMV';
const oldMagic = 'COWD';
const textMark = '# Disk DescriptorFile';
const allowedKinds: readonly string[] = ['monolithicSparse', 'streamOptimized'];
const maxDescriptorBytes = 1024 * 1024;
const tableAtEnd = 0xffff_ffff_ffff_ffffn;

/** What the header says and why it must not be used. */
export interface VmdkFacts {
  readonly virtualSizeBytes: number;
  readonly problems: readonly string[];
}

/** Whether the first bytes are those of any VMDK, sparse or text. Pure. */
export function looksLikeVmdk(head: Buffer): boolean {
  const mark = head.toString('latin1', 0, 4);
  if (mark === sparseMagic || mark === oldMagic) return true;
  // Tools skip blank and comment lines before the mark of a text descriptor.
  const lines = head.toString('latin1', 0, 4096).split('\n');
  for (const line of lines) {
    if (line.toLowerCase().startsWith(textMark.toLowerCase())) return true;
    if (/^version\s*=/i.test(line)) return true;
    if (line.trim() !== '' && !line.startsWith('#')) return false;
  }
  return false;
}

/** Inspects a file that looksLikeVmdk. Reads its descriptor, and its footer where it has one. */
export async function inspectVmdk(
  head: Buffer,
  readAt: ReadAt,
  fileSizeBytes: number,
): Promise<VmdkFacts> {
  if (head.toString('latin1', 0, 4) !== sparseMagic || head.length < sectorBytes) {
    return {
      virtualSizeBytes: 0,
      problems: ['it is a VMDK that describes other files; only single-file sparse VMDK is taken'],
    };
  }
  const capacity = head.readBigUInt64LE(12);
  const virtualSizeBytes = Number(capacity) * sectorBytes;
  const problems: string[] = [];
  // Without a capacity of its own, tools follow the descriptor's list of files.
  if (capacity === 0n) problems.push('its virtual size is 0');
  if (!Number.isSafeInteger(virtualSizeBytes)) problems.push('its virtual size is absurd');
  if (head.readBigUInt64LE(56) === tableAtEnd) {
    problems.push(...(await footerProblems(head, readAt, fileSizeBytes)));
  }
  problems.push(...(await descriptorProblems(head, readAt)));
  return { virtualSizeBytes, problems };
}

/** The footer repeats the header and is the one that tools believe: it must say the same. */
async function footerProblems(
  head: Buffer,
  readAt: ReadAt,
  fileSizeBytes: number,
): Promise<string[]> {
  const footer = await readAt(Math.max(0, fileSizeBytes - 2 * sectorBytes), sectorBytes);
  const isFooter = footer.length >= 64 && footer.toString('latin1', 0, 4) === sparseMagic;
  if (!isFooter) return ['its footer is missing'];
  const same = [12, 28, 36].every((at) => footer.readBigUInt64LE(at) === head.readBigUInt64LE(at));
  return same ? [] : ['its footer contradicts its header'];
}

async function descriptorProblems(head: Buffer, readAt: ReadAt): Promise<string[]> {
  const offset = Number(head.readBigUInt64LE(28)) * sectorBytes;
  const lengthBytes = Number(head.readBigUInt64LE(36)) * sectorBytes;
  if (offset < sectorBytes || lengthBytes === 0) return ['it has no descriptor'];
  if (lengthBytes > maxDescriptorBytes || !Number.isSafeInteger(offset)) {
    return [`its descriptor of ${lengthBytes} bytes is out of range`];
  }
  const text = (await readAt(offset, lengthBytes)).toString('latin1').replace(/\0[^]*$/, '');
  const lines = text.split('\n').map((line) => line.trim());
  const kinds = lines.flatMap((line) => /^createType\s*=\s*"?([^"]*)"?$/i.exec(line)?.[1] ?? []);
  if (kinds.length !== 1 || !allowedKinds.includes(kinds[0] ?? '')) {
    const found = kinds.length === 0 ? 'no kind' : kinds.join(', ');
    return [`its kind is ${found}; only ${allowedKinds.join(' and ')} are taken`];
  }
  return [...extentProblems(lines), ...parentProblems(lines)];
}

function extentProblems(lines: readonly string[]): string[] {
  const extents = lines.filter((line) => /^(RW|RDONLY|NOACCESS)\s/i.test(line));
  const isOwn = (line: string): boolean => /^RW\s+\d+\s+SPARSE\s+"[^"/\\]*"$/i.test(line);
  if (extents.length > 1) return ['its descriptor names more than one extent'];
  return extents.every(isOwn) ? [] : ['its descriptor names an extent outside the file'];
}

function parentProblems(lines: readonly string[]): string[] {
  const hasParent = lines.some(
    (line) =>
      /^parentFileNameHint\s*=/i.test(line) ||
      (/^parentCID\s*=/i.test(line) && !/=\s*ffffffff$/i.test(line)),
  );
  return hasParent ? ['it needs a parent file'] : [];
}
