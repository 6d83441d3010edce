// Keeps V8's young generation from growing: under a thousand resources it would take 64 MiB and
// more for values that live a millisecond. Invariant: a process that ends in order gives V8 the
// flags back that it was started with, for the code kept for the next start goes with them.
import { setFlagsFromString } from 'node:v8';

/** V8's own factor (V8: src/flags/flag-definitions.h). */
const usualGrowth = 2;

let isSmall = false;

/** From now on the young generation stays as large as it is. Repeatable. */
export function keepHeapSmall(): void {
  isSmall = true;
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Gives V8 its own growth back, where it was taken. */
export function releaseHeap(): void {
  if (isSmall) setFlagsFromString(`--semi-space-growth-factor=${usualGrowth}`);
  isSmall = false;
}
