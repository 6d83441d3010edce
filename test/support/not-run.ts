// A test that cannot run on this machine is neither skipped in silence nor passed: it is registered
// here, shows "not run: why" in its title, and is counted as skipped in the closing summary.

/**
 * Registers a test that cannot run here. `why` names what is missing and how to get it.
 * Counted by jest as skipped; the title carries the reason, so reports show it.
 */
export function notRun(title: string, why: string): void {
  it.skip(`${title} (not run: ${why})`, () => {
    throw new Error('a test that is not run has no body');
  });
}
