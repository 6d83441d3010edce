// Looks at an image's own words about itself, in process and without any tool, before anything else
// opens it: an image is a stranger's program for the tool that reads it. Invariants: only headers
// and tables are read, in bounded pieces; what this does not know to be safe is named as a problem,
// never let pass.
import { open, type FileHandle } from 'node:fs/promises';
import { qcow2Magic, readQcow2Header } from './qcow2-header';
import type { ReadAt } from './read-at';
import { qcow2TableProblems } from './qcow2-tables';
import { inspectVmdk, looksLikeVmdk } from './vmdk-header';

/** Formats told apart. 'gpt' and 'mbr' are raw disks with a partition table. */
export type DetectedFormat =
  | 'raw'
  | 'gpt'
  | 'mbr'
  | 'iso'
  | 'qcow2'
  | 'qed'
  | 'vmdk'
  | 'vhd'
  | 'vhdx'
  | 'vdi'
  | 'luks'
  | 'parallels'
  | 'qcow';

/** What an image says of itself. `virtualSizeBytes` is the size of the disk that it describes. */
export interface Inspection {
  readonly format: DetectedFormat;
  readonly virtualSizeBytes: number;
  readonly fileSizeBytes: number;
  /** Why it must not be used, one sentence each; empty when nothing speaks against it. */
  readonly problems: readonly string[];
}

/** Formats an owner may declare for an image that becomes a volume. */
export type DeclaredFormat = 'raw' | 'qcow2' | 'vmdk' | 'iso';

/** An image that must not be used as declared. `detected` is what its bytes say. */
export class UnsafeImageError extends Error {
  readonly declared: string;
  readonly detected: DetectedFormat;

  constructor(declared: string, detected: DetectedFormat, why: string) {
    super(`cannot use the image as ${declared}: ${why}`);
    this.name = 'UnsafeImageError';
    this.declared = declared;
    this.detected = detected;
  }
}

// An ISO's mark lies at 32 769; one read covers all marks.
const headBytes = 64 * 1024;

/**
 * Inspects a file by path or open handle (its position is not used). Fails only when unreadable.
 */
export async function inspectImage(image: string | FileHandle): Promise<Inspection> {
  if (typeof image !== 'string') return inspectOpen(image);
  const file = await open(image, 'r');
  try {
    return await inspectOpen(file);
  } finally {
    await file.close();
  }
}

async function inspectOpen(file: FileHandle): Promise<Inspection> {
  const { size: fileSizeBytes } = await file.stat();
  const readAt: ReadAt = async (offset, lengthBytes) => {
    const buffer = Buffer.alloc(lengthBytes);
    const { bytesRead } = await file.read(buffer, 0, lengthBytes, offset);
    return buffer.subarray(0, bytesRead);
  };
  const head = await readAt(0, headBytes);
  const format = detectFormat(head);
  if (format === 'qcow2') {
    const header = readQcow2Header(head);
    const { virtualSizeBytes } = header;
    const problems =
      header.problems.length > 0
        ? header.problems
        : await qcow2TableProblems(header, readAt, fileSizeBytes);
    return { format, fileSizeBytes, virtualSizeBytes, problems };
  }
  if (format === 'vmdk') {
    return { format, fileSizeBytes, ...(await inspectVmdk(head, readAt, fileSizeBytes)) };
  }
  const isPlain = plainFormats.includes(format);
  const problems = isPlain ? [] : [`${format} is not a format that volumes are made from`];
  return { format, fileSizeBytes, virtualSizeBytes: fileSizeBytes, problems };
}

const plainFormats: readonly DetectedFormat[] = ['raw', 'gpt', 'mbr', 'iso'];

/** Marks at fixed places, the most telling first. */
const marks: readonly (readonly [DetectedFormat, number, Buffer])[] = [
  ['qed', 0, Buffer.from('QED\0')],
  ['vhdx', 0, Buffer.from('vhdxfile')],
  ['vhd', 0, Buffer.from('conectix')],
  ['vdi', 64, Buffer.from([0x7f, 0x10, 0xda, 0xbe])],
  ['luks', 0, Buffer.from('LUKS\xba\xbe', 'latin1')],
  ['parallels', 0, Buffer.from('WithoutFreeSpace')],
  ['parallels', 0, Buffer.from('WithouFreSpacExt')],
  ['iso', 32769, Buffer.from('CD001')],
  ['gpt', 512, Buffer.from('EFI PART')],
  ['gpt', 4096, Buffer.from('EFI PART')],
  ['mbr', 510, Buffer.from([0x55, 0xaa])],
];

/** The format that the first 64 KiB of a file show; 'raw' when nothing known is there. Pure. */
export function detectFormat(head: Buffer): DetectedFormat {
  if (head.length >= 8 && head.readUInt32BE(0) === qcow2Magic) {
    return head.readUInt32BE(4) === 1 ? 'qcow' : 'qcow2';
  }
  if (looksLikeVmdk(head)) return 'vmdk';
  const found = marks.find(
    ([, offset, mark]) =>
      head.length >= offset + mark.length &&
      head.compare(mark, 0, mark.length, offset, offset + mark.length) === 0,
  );
  return found?.[0] ?? 'raw';
}

/**
 * Throws UnsafeImageError unless the bytes are of the declared format and nothing speaks against
 * them. For raw, a partition table is part of the disk (Glance's content inspection spec: "gpt"
 * covers raw disks and MBR), and so is an ISO file system: both are copied byte for byte and name
 * no other file. An ISO may carry a partition table too (hybrid images).
 */
export function assertSafeImage(declared: string, inspection: Inspection): void {
  const { format, problems } = inspection;
  const allowed = allowedContent[declared];
  if (allowed === undefined) {
    const known = Object.keys(allowedContent).join(', ');
    throw new UnsafeImageError(declared, format, `volumes are made from ${known} images only`);
  }
  if (!allowed.includes(format)) {
    throw new UnsafeImageError(
      declared,
      format,
      `its content is ${format}; declare the format that it has, or convert it`,
    );
  }
  if (problems.length > 0) throw new UnsafeImageError(declared, format, problems.join('; '));
}

const allowedContent: Readonly<Record<string, readonly DetectedFormat[]>> = {
  raw: ['raw', 'gpt', 'mbr', 'iso'],
  iso: ['iso', 'gpt', 'mbr'],
  qcow2: ['qcow2'],
  vmdk: ['vmdk'],
} satisfies Record<DeclaredFormat, readonly DetectedFormat[]>;
