// Patterns that users write, in RE2's syntax as Terraform's own regex() has it. Home of re2js,
// which takes time in proportion to the text whatever the pattern is; the language's own regular
// expressions can be made to take for ever.
import type * as re2js from 're2js';

/** A pattern that cannot be read; the message says what of it. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/**
 * A pattern as a test of texts: true where it is found anywhere in the text. Throws a PatternError,
 * which says what cannot be read.
 */
export function pattern(text: string): (subject: string) => boolean {
  // Required here and not imported above: few programs use a pattern, and all would pay for it.
  const { RE2JS, RE2JSSyntaxException } = require('re2js') as typeof re2js;
  try {
    const compiled = RE2JS.compile(text);
    return (subject) => compiled.matcher(subject).find();
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw new PatternError(error.message.replace('error parsing regexp: ', ''), { cause: error });
  }
}
