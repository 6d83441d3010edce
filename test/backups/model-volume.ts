// A volume in memory, simple enough to be right: bytes, and the ranges that were written. As a
// source it refuses to be read outside its data, so a test fails when a hole is read; as a sink
// it remembers what was written and zeroed.
import { randomFillSync } from 'node:crypto';
import type { ByteSink, ByteSource } from '../../bundled-engine/backups/byte-source';
import { intersectExtents, mergeExtents, type Extent } from '../../bundled-engine/host/extents';

/** What a write fills its range with. */
export type Filling = 'random' | 'text' | 'zeroes';

/** One write of a history. */
export interface ModelWrite {
  readonly offset: number;
  readonly length: number;
  readonly filling: Filling;
}

/** Bytes in memory with the ranges that hold data; everything else is a hole. */
export class ModelVolume implements ByteSource {
  readonly name: string;
  bytes: Buffer;
  data: Extent[] = [];
  /** Ranges that were read, in order. */
  readonly reads: Extent[] = [];

  constructor(name: string, sizeBytes: number) {
    this.name = name;
    this.bytes = Buffer.alloc(sizeBytes);
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  write({ offset, length, filling }: ModelWrite): void {
    const range = this.bytes.subarray(offset, offset + length);
    if (filling === 'random') randomFillSync(range);
    else range.fill(filling === 'text' ? `${this.name} at ${offset}; ` : 0);
    this.data = mergeExtents([...this.data, { offset, length: range.length }]);
  }

  /** Makes a range a hole. */
  discard({ offset, length }: Extent): void {
    this.bytes.fill(0, offset, offset + length);
    const left = { offset: 0, length: offset };
    const end = offset + length;
    const right = { offset: end, length: Math.max(0, this.bytes.length - end) };
    this.data = intersectExtents(this.data, [left, right]);
  }

  grow(sizeBytes: number): void {
    this.bytes = Buffer.concat([this.bytes, Buffer.alloc(sizeBytes - this.bytes.length)]);
  }

  dataExtents(): Promise<Extent[]> {
    return Promise.resolve(this.data);
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    const range = { offset, length: into.length };
    const [allowed] = intersectExtents(this.data, [range]);
    if (allowed?.length !== into.length) {
      throw new Error(`read a hole: ${into.length} bytes at ${offset}`);
    }
    this.reads.push(range);
    await Promise.resolve();
    this.bytes.copy(into, 0, offset, offset + into.length);
  }
}

/** A sink in memory, blank or full of old bytes; `written` is what restores wrote to it. */
export class ModelSink implements ByteSink {
  readonly bytes: Buffer;
  readonly written: Extent[] = [];
  readonly zeroed: Extent[] = [];
  isFlushed = false;

  constructor(sizeBytes: number, fill: 'blank' | 'old bytes') {
    this.bytes = Buffer.alloc(sizeBytes, fill === 'blank' ? 0 : 'old bytes');
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  write(offset: number, bytes: Uint8Array): Promise<void> {
    this.bytes.set(bytes, offset);
    this.written.push({ offset, length: bytes.length });
    return Promise.resolve();
  }

  zero(offset: number, lengthBytes: number): Promise<void> {
    this.bytes.fill(0, offset, offset + lengthBytes);
    this.zeroed.push({ offset, length: lengthBytes });
    return Promise.resolve();
  }

  flush(): Promise<void> {
    this.isFlushed = true;
    return Promise.resolve();
  }
}
