// How inspections read a file: by offset and length, without the position of a handle, so that the
// parsers of several formats can share one open file.

/** Reads at most so many bytes at an offset; short at the end of the file. */
export type ReadAt = (offset: number, lengthBytes: number) => Promise<Buffer>;
