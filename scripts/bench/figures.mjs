// Figures of one measurement and how they are told. Invariant: a median never goes without its
// spread and its count, and a ratio never without the name of what it is compared with.

/**
 * @typedef {object} Line one row of the report
 * @property {string} what
 * @property {string} [notRun] why there is no figure
 * @property {'ms' | 's' | 'req/s' | 'MiB'} [unit]
 * @property {number[]} [values]
 * @property {{ what: string, values: number[] }} [peer] the limit or the peer, in the same unit
 * @property {number[]} [ratios] how it compares, a round each; by default median over median
 * @property {string} [ratioOf] what the ratio means, where it is not "times the peer's"
 * @property {{ text: string, met: boolean }} [goal]
 */

/** The middle value (of an even number the mean of the middle two). */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * The ratio that a line tells: its own rounds' median, or median over median; null without peer.
 */
export function ratioOf(line) {
  if (line.ratios?.length > 0) return median(line.ratios);
  return line.peer ? median(line.values) / median(line.peer.values) : null;
}

/** A value in few digits. */
export function short(value) {
  if (value >= 1000) return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  return String(Number(value.toPrecision(3)));
}

/** "median [min..max]" with the unit. */
export function spread(values, unit) {
  const range = `[${short(Math.min(...values))}..${short(Math.max(...values))}]`;
  return `${short(median(values))} ${unit}${values.length > 1 ? ` ${range}` : ''}`;
}

/** Milliseconds that `work` takes. */
export async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
