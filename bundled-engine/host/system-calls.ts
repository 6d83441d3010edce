// The few system calls that Node does not offer: where a file's data lies, punching holes, which
// blocks two files share, and locks that die with their holder. Reached through koffi, loaded on
// first use. Invariant: where koffi or the platform cannot, this says so once (null) and every
// caller has a way without; nothing here decides policy.

/** A call's result, or the errno name it failed with. */
export type CallResult = { readonly value: number } | { readonly errno: string };

/** The calls, bound to this platform's C library. All act on open file descriptors. */
export interface SystemCalls {
  /** Next byte of data at or after `offset`; ENXIO when there is none. lseek(2), SEEK_DATA. */
  seekData(fd: number, offset: number): CallResult;
  /** Next hole at or after `offset` (the end of the file counts as one). lseek(2), SEEK_HOLE. */
  seekHole(fd: number, offset: number): CallResult;
  /** Takes an exclusive whole-file lock at once or fails with EAGAIN. flock(2). */
  lockAtOnce(fd: number): CallResult;
  /** Frees the blocks of a range, which then reads as zeroes. Linux only. fallocate(2). */
  readonly punchHole: ((fd: number, offset: number, lengthBytes: number) => CallResult) | null;
  /** FS_IOC_FIEMAP over a caller-made request buffer. Linux only. */
  readonly fiemap: ((fd: number, request: Buffer) => CallResult) | null;
}

interface SeekNumbers {
  readonly data: number;
  readonly hole: number;
}

// <unistd.h>: Linux and macOS number the two the other way round.
const seekNumbersOf: Readonly<Partial<Record<NodeJS.Platform, SeekNumbers>>> = {
  linux: { data: 3, hole: 4 },
  darwin: { data: 4, hole: 3 },
};

// A 32-bit C library has a 32-bit off_t behind these names, so only these are served.
const wideArchitectures: readonly string[] = [
  'x64',
  'arm64',
  'riscv64',
  'loong64',
  'ppc64',
  's390x',
];

const lockExclusive = 2;
const lockWithoutWaiting = 4;
const fallocateKeepSize = 1;
const fallocatePunchHole = 2;
const fiemapRequest = 0xc020660b;

let bound: Promise<SystemCalls | null> | undefined;

/** The system calls of this host, or null where they cannot be had. Loads once; never throws. */
export function systemCalls(): Promise<SystemCalls | null> {
  bound ??= bind().catch(() => null);
  return bound;
}

async function bind(): Promise<SystemCalls | null> {
  const seek = seekNumbersOf[process.platform];
  if (seek === undefined || !wideArchitectures.includes(process.arch)) return null;
  const { default: koffi } = await import('koffi');
  const library = koffi.load(null);
  const nameOfErrno = new Map(
    Object.entries(koffi.os.errno).map(([name, number]) => [Number(number), name]),
  );
  // Aliases of one number: the name that Node uses wins.
  for (const name of ['EAGAIN', 'ENOTSUP']) nameOfErrno.set(koffi.os.errno[name] ?? -1, name);
  const result = (value: unknown): CallResult => {
    const number = Number(value);
    if (number >= 0) return { value: number };
    return { errno: nameOfErrno.get(koffi.errno()) ?? `errno ${koffi.errno()}` };
  };
  const lseek = library.func('int64_t lseek(int fd, int64_t offset, int whence)');
  const flock = library.func('int flock(int fd, int operation)');
  const base = {
    seekData: (fd: number, offset: number) => result(lseek(fd, offset, seek.data)),
    seekHole: (fd: number, offset: number) => result(lseek(fd, offset, seek.hole)),
    lockAtOnce: (fd: number) => result(flock(fd, lockExclusive | lockWithoutWaiting)),
  };
  if (process.platform !== 'linux') return { ...base, punchHole: null, fiemap: null };
  const fallocate = library.func('int fallocate(int fd, int mode, int64_t offset, int64_t length)');
  const ioctl = library.func('int ioctl(int fd, unsigned long request, ...)');
  const punchMode = fallocatePunchHole | fallocateKeepSize;
  return {
    ...base,
    punchHole: (fd, offset, lengthBytes) => result(fallocate(fd, punchMode, offset, lengthBytes)),
    fiemap: (fd, request) => result(ioctl(fd, fiemapRequest, 'void *', request)),
  };
}
