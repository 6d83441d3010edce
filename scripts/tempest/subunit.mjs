// Reads subunit v2, the binary stream in which stestr tells how tests go. Invariants: packets may
// come in any pieces; bytes that are no packet, and packets whose checksum is wrong, end the run
// with an error instead of being counted as nothing.
import { crc32 } from 'node:zlib';

const signature = 0xb3;
const has = { id: 0x0800, route: 0x0400, time: 0x0200, tags: 0x0080, file: 0x0040, mime: 0x0020 };
const statuses = ['', 'exists', 'inprogress', 'success', 'uxsuccess', 'skip', 'fail', 'xfail'];

/**
 * @typedef {object} Packet
 * @property {string} id of the test; empty for what belongs to none
 * @property {string} status one of `statuses`; empty where the packet only brings details
 * @property {number | null} atSeconds when, since 1970
 * @property {{ name: string, text: string } | null} detail a piece of a log, traceback or reason
 */

/** Cuts a stream of bytes into packets. */
export class PacketReader {
  #rest = Buffer.alloc(0);

  /** Takes the next bytes; gives the packets that they complete. @param {Buffer} bytes */
  push(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    /** @type {Packet[]} */
    const packets = [];
    for (;;) {
      const whole = takeWhole(this.#rest);
      if (whole === null) return packets;
      packets.push(parsePacket(whole));
      this.#rest = this.#rest.subarray(whole.length);
    }
  }

  /** Throws where the stream ended within a packet. */
  end() {
    if (this.#rest.length > 0) throw new Error('the stream of test results ends within a packet');
  }
}

/** The first packet's bytes, null while they are not all there. @param {Buffer} bytes */
function takeWhole(bytes) {
  if (bytes.length > 0 && bytes[0] !== signature) {
    const shown = JSON.stringify(bytes.subarray(0, 200).toString('utf8'));
    throw new Error(`the stream of test results holds something that is no packet: ${shown}`);
  }
  if (bytes.length < 7) return null;
  const { value: length } = readNumber(bytes, 3);
  return bytes.length < length ? null : bytes.subarray(0, length);
}

/** @param {Buffer} bytes @returns {Packet} */
function parsePacket(bytes) {
  const checked = bytes.length - 4;
  if (crc32(bytes.subarray(0, checked)) !== bytes.readUInt32BE(checked)) {
    throw new Error('a packet of the stream of test results has a wrong checksum');
  }
  const flags = bytes.readUInt16BE(1);
  const cursor = new Cursor(bytes, readNumber(bytes, 3).next);
  const atSeconds = flags & has.time ? cursor.time() : null;
  const id = flags & has.id ? cursor.text() : '';
  if (flags & has.tags) for (let left = cursor.number(); left > 0; left -= 1) cursor.text();
  if (flags & has.mime) cursor.text();
  const detail = flags & has.file ? { name: cursor.text(), text: cursor.text() } : null;
  return { id, status: statuses[flags & 7] ?? '', atSeconds, detail };
}

/** Reads fields one after another. */
class Cursor {
  #bytes;
  #at;

  /** @param {Buffer} bytes @param {number} at */
  constructor(bytes, at) {
    this.#bytes = bytes;
    this.#at = at;
  }

  number() {
    const { value, next } = readNumber(this.#bytes, this.#at);
    this.#at = next;
    return value;
  }

  text() {
    const length = this.number();
    const start = this.#at;
    this.#at += length;
    return this.#bytes.toString('utf8', start, this.#at);
  }

  time() {
    const seconds = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return seconds + this.number() / 1e9;
  }
}

/**
 * A number of one to four bytes: the top two bits tell how many follow the first.
 * @param {Buffer} bytes
 * @param {number} at
 */
function readNumber(bytes, at) {
  const first = bytes.readUInt8(at);
  const count = (first >> 6) + 1;
  let value = first & 0x3f;
  for (let index = 1; index < count; index += 1) value = value * 256 + bytes.readUInt8(at + index);
  return { value, next: at + count };
}
