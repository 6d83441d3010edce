// Takes exact numbers of bytes from a socket, for protocols of fixed-size headers. Invariant: bytes
// come out in the order they came in, none lost, none twice; an end in mid-message is an error.
import type { Socket } from 'node:net';

/** Reads a socket in pieces of wanted length; one take() at a time. */
export class ByteReader {
  #chunks: Buffer[] = [];
  #heldBytes = 0;
  #ended: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#heldBytes += chunk.length;
      this.#wake?.();
    });
    const end = (error: Error): void => {
      this.#ended ??= error;
      this.#wake?.();
    };
    socket.on('error', end);
    socket.on('close', () => end(new Error('the other side closed the connection')));
  }

  /** The next `lengthBytes` bytes; waits for them. Fails when the connection ends before. */
  async take(lengthBytes: number): Promise<Buffer> {
    while (this.#heldBytes < lengthBytes) {
      if (this.#ended !== null) throw this.#ended;
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = null;
    }
    const all = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    const bytes = all ?? Buffer.alloc(0);
    const rest = bytes.subarray(lengthBytes);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#heldBytes = rest.length;
    return bytes.subarray(0, lengthBytes);
  }
}
