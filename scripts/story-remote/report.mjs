// Prints how the story went: a plain table for people, or JSON.

/** Prints `outcome` to stdout. */
export function report(outcome, { json }) {
  const { cloud = null, steps, leftOut, failure } = outcome;
  if (json) {
    console.log(JSON.stringify({ ok: failure === null, cloud, steps, leftOut, failure }, null, 2));
    return;
  }
  if (cloud !== null) console.log(`\nThe quickstart's program on ${cloud}\n`);
  const width = Math.max(...steps.map(({ name }) => name.length), 0);
  for (const { name, ok, seconds, seen } of steps) {
    const time = `${seconds.toFixed(1).padStart(6)} s`;
    console.log(`${ok ? 'ok    ' : 'failed'}  ${name.padEnd(width)}  ${time}  ${seen}`);
  }
  for (const line of leftOut) console.log(`left out: ${line}`);
  if (failure !== null) console.log(`\nThe story failed.\n${failure}`);
  else console.log('\nThe story held: everything came up, was kept, was mended and is gone.');
}
