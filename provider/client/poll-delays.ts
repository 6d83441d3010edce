// The rhythm in which a status is looked at: short at first, so that a local engine feels
// instant, then longer, so that a slow service is not bothered.

const firstMs = 50;
const longestMs = 2000;
const growth = 1.5;

/** Delays in milliseconds, without end: 50 at first, growing to 2000, each jittered by a fifth. */
export function* pollDelays(): Generator<number, never> {
  for (let ms = firstMs; ; ms = Math.min(ms * growth, longestMs)) {
    yield ms * (0.8 + Math.random() * 0.4);
  }
}
