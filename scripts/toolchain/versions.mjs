// Versions as numbers, for the few comparisons that the toolchain makes. Pre-release parts are
// ignored on purpose: a nightly of 3.270.0 has what 3.270.0 has.

/**
 * Finds the first dotted version in a program's output, without a leading "v"; undefined if none.
 * @param {string} text
 * @returns {string | undefined}
 */
export function versionIn(text) {
  return /(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1];
}

/**
 * Whether `version` is `oldest` or newer, number by number; missing parts count as 0.
 * @param {string} version
 * @param {string} oldest
 * @returns {boolean}
 */
export function atLeast(version, oldest) {
  const have = version.split('.').map(Number);
  const want = oldest.split('.').map(Number);
  for (let at = 0; at < Math.max(have.length, want.length); at += 1) {
    const difference = (have[at] ?? 0) - (want[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
