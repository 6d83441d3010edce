// Durations as Terraform's users write them: 90s, 30m, 1h30m (Go: time.ParseDuration). Invariant: a
// text that is no duration is never guessed at.

const unitMs = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** What a duration looks like, for refusals. */
export const durationForm = 'a duration such as 90s, 30m or 1h30m';

/** The milliseconds that `text` means; null where it is no duration or not more than nothing. */
export function durationMs(text: string): number | null {
  let sum = 0;
  part.lastIndex = 0;
  for (let at = 0; at < text.length; at = part.lastIndex) {
    const found = part.exec(text);
    if (!found) return null;
    const [, amount = '', unit = ''] = found;
    sum += Number(amount) * unitMs[unit as keyof typeof unitMs];
  }
  return Number.isFinite(sum) && sum > 0 ? sum : null;
}

/** `minutes` as a duration, to the millisecond: 90.5 as 1h30m30s. */
export function durationText(minutes: number): string {
  const ms = Math.max(1, Math.round(minutes * 60_000));
  const hours = Math.floor(ms / 3_600_000);
  const rest = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1000;
  const parts = [
    hours > 0 ? `${hours}h` : '',
    rest > 0 ? `${rest}m` : '',
    seconds > 0 ? `${seconds}s` : '',
  ];
  return parts.join('');
}
