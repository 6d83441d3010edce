// Follows a stranger's qcow2 tables far enough to see that everything they point to lies in the
// file. Tools read what lies beyond the end as zeroes, so a file that lost its tail would become a
// volume without its data and nobody would be told. Invariant: only tables are read, one at a time.
// Source of the layout: QEMU, docs/interop/qcow2.txt.
import type { Qcow2Header } from './qcow2-header';
import type { ReadAt } from './read-at';

const two32 = 2 ** 32;
const entryBytes = 8;
// Bits 9 to 55 of an entry are an offset; the two top bits mark copied and compressed clusters.
const offsetHighBits = 0x00ff_ffff;
const offsetLowBits = 0xffff_fe00;
const compressedHighBit = 0x4000_0000;
const tableStepEntries = 64 * 1024;

/**
 * Problems of a file of `fileSizeBytes` whose header passed; empty when all it points to is there.
 */
export async function qcow2TableProblems(
  header: Qcow2Header,
  readAt: ReadAt,
  fileSizeBytes: number,
): Promise<string[]> {
  const { offset, entries } = header.firstTable;
  const cutShort = ['it is cut short: its tables point past the end of the file'];
  if (offset + entries * entryBytes > fileSizeBytes) return cutShort;
  for (let done = 0; done < entries; done += tableStepEntries) {
    const count = Math.min(tableStepEntries, entries - done);
    const first = await readAt(offset + done * entryBytes, count * entryBytes);
    for (let at = 0; at + entryBytes <= first.length; at += entryBytes) {
      const second = offsetIn(first, at);
      if (second === 0) continue;
      if (second % header.clusterBytes !== 0) return ['a table of it does not lie on a cluster'];
      if (second + header.clusterBytes > fileSizeBytes) return cutShort;
      const table = await readAt(second, header.clusterBytes);
      if (highestOffset(table, header) >= fileSizeBytes) return cutShort;
    }
  }
  return [];
}

function offsetIn(table: Buffer, at: number): number {
  const high = table.readUInt32BE(at) & offsetHighBits;
  return high * two32 + ((table.readUInt32BE(at + 4) & offsetLowBits) >>> 0);
}

function highestOffset(table: Buffer, header: Qcow2Header): number {
  const strideBytes = header.hasWideEntries ? 2 * entryBytes : entryBytes;
  // A compressed cluster's entry has fewer offset bits; a count of sectors takes the rest.
  const compressedBits = 62 - (Math.log2(header.clusterBytes) - 8);
  const compressedHighBits = 2 ** Math.max(0, compressedBits - 32) - 1;
  let highest = 0;
  for (let at = 0; at + strideBytes <= table.length; at += strideBytes) {
    const high = table.readUInt32BE(at);
    const offset =
      (high & compressedHighBit) === 0
        ? offsetIn(table, at)
        : (high & compressedHighBits) * two32 + table.readUInt32BE(at + 4);
    highest = Math.max(highest, offset);
  }
  return highest;
}
