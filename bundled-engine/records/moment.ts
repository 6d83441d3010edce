// The form of every recorded time: ISO 8601 in UTC with microseconds and no zone, as Cinder shows
// it. Invariant: moments of one process strictly rise, so creation order is total even within a
// burst.

let lastMicroseconds = 0;

/** The present, later than every moment given before in this process. */
export function presentMoment(): string {
  const now = Date.now() * 1000;
  lastMicroseconds = now > lastMicroseconds ? now : lastMicroseconds + 1;
  return formatMicroseconds(lastMicroseconds);
}

/** The recorded form of `date`, whose precision is a millisecond. */
export function momentOf(date: Date): string {
  return formatMicroseconds(date.getTime() * 1000);
}

/** The date of a recorded moment, cut to milliseconds. */
export function dateOf(moment: string): Date {
  return new Date(`${moment}Z`);
}

function formatMicroseconds(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000);
  const rest = String(microseconds - milliseconds * 1000).padStart(3, '0');
  return new Date(milliseconds).toISOString().slice(0, 23) + rest;
}
