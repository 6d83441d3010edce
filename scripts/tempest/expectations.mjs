// Compares a run's skips with those of a real Cinder. Invariant: a skip is expected by its whole
// test or class; an expectation never covers a test that failed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, 'expected-skips.txt');

/** Names of the tests and classes that a real Cinder skips. */
export function expectedSkips() {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * The skipped results that a real Cinder does not have. A class that is skipped as a whole counts
 * by its own name: that some of its tests are expected to be skipped says nothing of the others.
 */
export function additionalSkips(results, expected = expectedSkips()) {
  const known = new Set(expected);
  return results.filter(
    ({ id, outcome }) => outcome === 'skipped' && !known.has(id) && !known.has(classOf(id)),
  );
}

const ofClass = /^(?:setUpClass|tearDownClass) \((.+)\)$/;

/** Whether a result is about a class as a whole, as stestr names it: `setUpClass (a.b.Class)`. */
export function isOfClass(id) {
  return ofClass.test(id);
}

/** The class of a test or of a result about a class. */
export function classOf(id) {
  return ofClass.exec(id)?.[1] ?? id.slice(0, id.lastIndexOf('.'));
}
