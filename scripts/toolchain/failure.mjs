// The one error of the toolchain. Invariant: its message can be shown to a user as it is (what
// could not be done, what was found, what to do next), and its exit code is part of the contract.

/** Exit codes of `node scripts/toolchain.mjs`. */
export const exitCodes = { ok: 0, usage: 2, missing: 3, buildFailed: 4 };

/** An expected failure: shown without a stack, ends the command with `exitCode`. */
export class ToolchainFailure extends Error {
  /**
   * @param {string} message for the user, whole sentences, may have several lines
   * @param {number} exitCode one of `exitCodes`
   */
  constructor(message, exitCode) {
    super(message);
    this.name = 'ToolchainFailure';
    this.exitCode = exitCode;
  }
}

const shownLines = 15;

/**
 * A failed step of a build, with the last lines that were heard of it and where all of them are.
 * @param {string} title
 * @param {{ output: string, logFile: string }} heard
 * @returns {ToolchainFailure}
 */
export function failedStep(title, { output, logFile }) {
  const lines = output.trimEnd().split('\n').slice(-shownLines);
  const shown = lines.map((text) => `  ${text}`).join('\n');
  return new ToolchainFailure(
    `Failed: ${title}. The last lines were:\n${shown}\nThe whole log: ${logFile}`,
    exitCodes.buildFailed,
  );
}
