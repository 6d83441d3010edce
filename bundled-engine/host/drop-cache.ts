// Tells the kernel that a file's pages will not be wanted soon, posix_fadvise(2) through koffi: a
// backup of many GiB else pushes out what others need, and makes the kernel find and clear a fresh
// page for each one written. Invariant: it is advice; nothing depends on it and it never fails.
import { open } from 'node:fs/promises';

// <fcntl.h>: POSIX_FADV_DONTNEED, the same number on these and another one on s390x; a 32-bit C
// library has a 32-bit off_t behind the name.
const dontNeed = 4;
const servedArchitectures: readonly string[] = ['x64', 'arm64', 'riscv64', 'loong64', 'ppc64'];

type Advise = (fd: number) => Promise<void>;

let bound: Promise<Advise | null> | undefined;

/** Drops the clean pages of a file from the page cache, where that can be done. Repeatable. */
export async function dropCache(path: string): Promise<void> {
  bound ??= bind().catch(() => null);
  const advise = await bound;
  if (advise === null) return;
  try {
    const file = await open(path, 'r');
    await advise(file.fd).finally(() => file.close());
  } catch {
    // The file is gone, or cannot be opened: there is nothing to drop.
  }
}

async function bind(): Promise<Advise | null> {
  if (process.platform !== 'linux' || !servedArchitectures.includes(process.arch)) return null;
  const { default: koffi } = await import('koffi');
  const advise = koffi
    .load(null)
    .func('int posix_fadvise(int fd, int64_t offset, int64_t length, int advice)');
  return (fd) =>
    new Promise((resolve) => {
      advise.async(fd, 0, 0, dontNeed, () => resolve());
    });
}
