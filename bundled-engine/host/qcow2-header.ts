// Reads the header of a qcow2 file: what a stranger's image claims, and which file ours lies over.
// Invariant: a header with anything unknown, out of range or pointing outside the file has a
// problem. Source of the layout: QEMU, docs/interop/qcow2.txt.

/** "QFI\xfb", the first four bytes of qcow and qcow2. */
export const qcow2Magic = 0x514649fb;

/**
 * What a qcow2 header says; `problems` lists, in sentences, why a stranger's file must not be used.
 */
export interface Qcow2Header {
  readonly virtualSizeBytes: number;
  readonly problems: readonly string[];
  /** Name of the file it lies over, as written in the header. */
  readonly backingFile: string | null;
  /**
   * Place and number of entries of the first table, for telling whether anything was ever written.
   */
  readonly firstTable: { readonly offset: number; readonly entries: number };
  readonly clusterBytes: number;
  /** Entries of second tables are 16 bytes instead of 8 (feature "extended L2"). */
  readonly hasWideEntries: boolean;
}

const incompatible = {
  dirty: 1n << 0n,
  corrupt: 1n << 1n,
  externalData: 1n << 2n,
  compressionType: 1n << 3n,
  extendedL2: 1n << 4n,
} as const;
const knownIncompatible = Object.values(incompatible).reduce((all, bit) => all | bit, 0n);
const extension = { end: 0, externalDataName: 0x44415441, encryption: 0x0537be77 } as const;
// QEMU refuses first tables above 32 MiB and clusters outside 512 bytes to 2 MiB.
const maxFirstTableEntries = (32 * 1024 * 1024) / 8;
const maxBackingNameBytes = 1023;

/** Reads a header from a file's first bytes (64 KiB are enough for any). Pure; never throws. */
export function readQcow2Header(head: Buffer): Qcow2Header {
  const nothing = {
    virtualSizeBytes: 0,
    backingFile: null,
    firstTable: { offset: 0, entries: 0 },
    clusterBytes: 0,
    hasWideEntries: false,
  };
  if (head.length < 72 || head.readUInt32BE(0) !== qcow2Magic) {
    return { ...nothing, problems: ['the qcow2 header is cut short'] };
  }
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3) {
    return { ...nothing, problems: [`qcow2 version ${version} is not known (2 and 3 are)`] };
  }
  if (version === 3 && head.length < 104) {
    return { ...nothing, problems: ['the qcow2 header is cut short'] };
  }
  const sizeBytes = head.readBigUInt64BE(24);
  const firstTable = {
    offset: Number(head.readBigUInt64BE(40)),
    entries: head.readUInt32BE(36),
  };
  return {
    virtualSizeBytes: Number(sizeBytes),
    backingFile: backingNameOf(head),
    firstTable,
    clusterBytes: 2 ** head.readUInt32BE(20),
    hasWideEntries: version === 3 && (head.readBigUInt64BE(72) & incompatible.extendedL2) !== 0n,
    problems: [
      ...geometryProblems(head, sizeBytes, firstTable.entries),
      ...(head.readBigUInt64BE(8) === 0n ? [] : ['it names a backing file']),
      ...(head.readUInt32BE(32) === 0 ? [] : ['it is encrypted']),
      ...(version === 3 ? featureProblems(head.readBigUInt64BE(72)) : []),
      ...extensionProblems(head, version === 3 ? head.readUInt32BE(100) : 72),
    ],
  };
}

function backingNameOf(head: Buffer): string | null {
  const offset = Number(head.readBigUInt64BE(8));
  const lengthBytes = head.readUInt32BE(16);
  const isReadable = offset > 0 && lengthBytes <= maxBackingNameBytes;
  if (!isReadable || offset + lengthBytes > head.length) return null;
  return head.toString('utf8', offset, offset + lengthBytes);
}

function geometryProblems(head: Buffer, sizeBytes: bigint, entries: number): string[] {
  const clusterBits = head.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) {
    return [`its cluster size of 2^${clusterBits} bytes is out of range (2^9 to 2^21)`];
  }
  const problems: string[] = [];
  if (sizeBytes === 0n) problems.push('its virtual size is 0');
  if (sizeBytes > BigInt(Number.MAX_SAFE_INTEGER)) problems.push('its virtual size is absurd');
  const bytesPerEntry = 1n << BigInt(clusterBits + clusterBits - 3);
  const needed = (sizeBytes + bytesPerEntry - 1n) / bytesPerEntry;
  // Extended L2 entries are twice as long, so that a table covers half.
  if (entries > maxFirstTableEntries || BigInt(entries) < needed) {
    problems.push(`its first table has ${entries} entries, which does not fit its virtual size`);
  }
  const clusterBytes = 2 ** clusterBits;
  if (Number(head.readBigUInt64BE(40)) % clusterBytes !== 0) {
    problems.push('its first table does not lie on a cluster');
  }
  return problems;
}

function featureProblems(features: bigint): string[] {
  const problems: string[] = [];
  if ((features & incompatible.externalData) !== 0n) {
    problems.push('it keeps its data in another file');
  }
  if ((features & incompatible.corrupt) !== 0n) problems.push('it is marked as corrupt');
  const unknown = features & ~knownIncompatible;
  if (unknown !== 0n) problems.push(`it needs features that are not known (${unknown})`);
  return problems;
}

function extensionProblems(head: Buffer, start: number): string[] {
  if (start < 72 || start % 8 !== 0 || start > head.length) {
    return [`its header length of ${start} bytes is out of range`];
  }
  const backingOffset = Number(head.readBigUInt64BE(8));
  const end = backingOffset > 0 ? Math.min(backingOffset, head.length) : head.length;
  for (let at = start; at + 8 <= end;) {
    const type = head.readUInt32BE(at);
    const lengthBytes = head.readUInt32BE(at + 4);
    if (type === extension.end) return [];
    if (type === extension.externalDataName) return ['it names a file for its data'];
    if (type === extension.encryption) return ['it is encrypted'];
    if (at + 8 + lengthBytes > head.length) return ['a header extension runs out of the header'];
    at += 8 + Math.ceil(lengthBytes / 8) * 8;
  }
  return [];
}
