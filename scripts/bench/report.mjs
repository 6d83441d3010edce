// Tells what was measured: a table for people, one JSON value for programs. Invariant: what was
// missed and what did not run is said as plainly as what was met.
import { cpus, totalmem } from 'node:os';
import { median, ratioOf, short, spread } from './figures.mjs';

/** Words for a line's goal. */
function verdict({ goal }) {
  if (!goal) return '';
  return goal.met ? `${goal.text}: met` : `${goal.text}: MISSED`;
}

function comparison(line) {
  const ratio = ratioOf(line);
  if (ratio === null) return '';
  const what = line.ratioOf ?? 'of the limit';
  return `${short(ratio)}x ${what}`;
}

/** The table's rows of text, in Markdown so that it can be kept as it is. */
export function tableOf(lines) {
  const head = ['what', 'median [min..max]', 'n', 'limit or peer', 'ratio', 'goal'];
  const rows = lines.map((line) => {
    if (line.notRun) return [line.what, `not run: ${line.notRun}`, '', '', '', ''];
    const against = line.peer ? `${line.peer.what}: ${spread(line.peer.values, line.unit)}` : '';
    const count = String(line.values.length);
    const own = spread(line.values, line.unit);
    return [line.what, own, count, against, comparison(line), verdict(line)];
  });
  const widths = head.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at].length)),
  );
  const text = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  return [text(head), text(widths.map((width) => '-'.repeat(width))), ...rows.map(text)].join('\n');
}

/** One line on how many goals were met. */
export function summaryOf(lines) {
  const goals = lines.filter(({ goal }) => goal);
  const missed = goals.filter(({ goal }) => !goal.met);
  const notRun = lines.filter((line) => line.notRun).length;
  const tail = missed.length === 0 ? '' : `; missed: ${missed.map(({ what }) => what).join('; ')}`;
  return `goals met: ${goals.length - missed.length} of ${goals.length}; not run: ${notRun}${tail}`;
}

/** The report as one JSON value. */
export function jsonOf(lines, { load }) {
  return JSON.stringify({
    at: new Date().toISOString(),
    machine: { ...machine(), load },
    lines: lines.map((line) =>
      line.notRun ? line : { ...line, median: median(line.values), ratio: ratioOf(line) },
    ),
  });
}

/** What a reader must know of the machine. */
export function machine() {
  return {
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}
