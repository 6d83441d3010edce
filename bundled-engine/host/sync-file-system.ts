// Makes everything that was written to a file system durable with one call, where that is faster
// than asking for each file: syncfs(2), through koffi. Invariant: it is offered only where the call
// is known to write all and to report every loss (Linux 5.8 and later; ext, xfs and btrfs);
// elsewhere there is null, and callers sync file by file.
import { close, open } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { release } from 'node:os';
import { promisify } from 'node:util';

const openFile = promisify(open);
const closeFile = promisify(close);

/** Losses are reported that happened since it was made. */
export interface FileSystemWatch {
  /**
   * What was written before the call is durable when it resolves. Rejects where the disk has lost
   * any of it: then nothing that was written since the watch was made may be trusted.
   */
  sync(): Promise<void>;
  /** Lets go. Call it once. */
  close(): Promise<void>;
}

// statfs(2): EXT4_SUPER_MAGIC (ext2 and ext3 too), XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC.
const trustedTypes: readonly number[] = [0xef53, 0x58465342, 0x9123683e];

type SyncCall = (fd: number) => Promise<number>;

let bound: Promise<SyncCall | null> | undefined;

/** Watches the file system of `folder`, or gives null where file by file is the only sure way. */
export async function watchFileSystem(folder: string): Promise<FileSystemWatch | null> {
  bound ??= bind().catch(() => null);
  const syncfs = await bound;
  if (syncfs === null || !trustedTypes.includes((await statfs(folder)).type)) return null;
  const fd = await openFile(folder, 'r');
  return {
    async sync() {
      if ((await syncfs(fd)) === 0) return;
      throw new Error(`the file system of ${folder} could not write everything to its disk`);
    },
    close: () => closeFile(fd),
  };
}

async function bind(): Promise<SyncCall | null> {
  if (process.platform !== 'linux' || !reportsLosses(release())) return null;
  const { default: koffi } = await import('koffi');
  const syncfs = koffi.load(null).func('int syncfs(int fd)');
  return (fd) =>
    new Promise((resolve, reject) => {
      // On a pool thread: the call waits for the disk.
      syncfs.async(fd, (error: unknown, value: unknown) => {
        if (error) reject(error instanceof Error ? error : new Error(String(error)));
        else resolve(Number(value));
      });
    });
}

/** Before Linux 5.8 syncfs() says nothing of pages that could not be written. */
function reportsLosses(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  return major > 5 || (major === 5 && minor >= 8);
}
