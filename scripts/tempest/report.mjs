// What a run of the suite tells: totals, each failed test with the first line of its reason, and
// the skips that a real Cinder does not have. Invariant: a run is good only when nothing failed,
// nothing was left unfinished and no such skip is there.
import { additionalSkips, classOf, isOfClass } from './expectations.mjs';

const lineChars = 240;

/**
 * The report as text, and whether the run was good. `chosen` are the ids of all tests that the run
 * should have had: what is neither there nor in a class that could not be set up was lost.
 */
export function reportOf({ chosen, results, isLate, seconds }) {
  const of = (outcome) => results.filter((result) => result.outcome === outcome);
  const [passed, failed, skipped] = [of('passed'), of('failed'), of('skipped')];
  const extra = additionalSkips(results);
  const { withClass, lost } = notRun(chosen, results);
  const parts = [
    listed('failed', failed.map(shown)),
    listed('skipped, but not by a real Cinder', extra.map(shown)),
    listed('lost: neither ended nor skipped', lost),
    `${chosen.length} tests: ${passed.length} passed, ${failed.length} failed, ` +
      `${skipped.length} skipped (${extra.length} of them not by a real Cinder), ` +
      `${withClass.length} not run with the rest of their class; ${seconds.toFixed(1)} s`,
    ...(isLate ? ['The run was ended: it took longer than its limit.'] : []),
  ];
  const bad = failed.length + extra.length + lost.length;
  const isGood = passed.length > 0 && bad === 0 && !isLate;
  return { text: parts.filter((part) => part !== '').join('\n\n'), isGood };
}

/** Tests without a result: those of classes that failed or were skipped as a whole, and others. */
function notRun(chosen, results) {
  const ended = new Set(results.map(({ id }) => id));
  const classes = new Set(results.filter(({ id }) => isOfClass(id)).map(({ id }) => classOf(id)));
  const missing = chosen.filter((id) => !ended.has(id));
  return {
    withClass: missing.filter((id) => classes.has(classOf(id))),
    lost: missing.filter((id) => !classes.has(classOf(id))),
  };
}

function listed(title, lines) {
  return lines.length === 0 ? '' : `${title} (${lines.length}):\n  ${lines.join('\n  ')}`;
}

function shown({ id, reason, request }) {
  const asked = request === '' ? '' : `\n      after ${request}`;
  return `${id}\n      ${firstLine(reason)}${asked}`;
}

/**
 * The first line of a reason: of a traceback the error that ended it, with its details where they
 * fit on the line.
 */
export function firstLine(reason) {
  const lines = reason.split('\n');
  const lastFrame = lines.findLastIndex((line) => line.startsWith('  File "'));
  const error = lines.slice(lastFrame + 1).findIndex((line) => /^\S/.test(line));
  const text = lines.slice(lastFrame < 0 ? 0 : lastFrame + 1 + error).join(' ');
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length > lineChars ? `${flat.slice(0, lineChars)} ...` : flat;
}
