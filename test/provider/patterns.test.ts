// Patterns that users write: they mean what RE2 says, and none takes long.
import * as fc from 'fast-check';
import { pattern, PatternError } from '../../provider/lookups/pattern';

it.each([
  ['web', 'my-web-1', 'my-WEB-1'],
  ['^web', 'web-1', 'a web'],
  ['web$', 'my web', 'web\n'],
  ['^(?:a|bc)+$', 'abca', 'abcb'],
  ['^a{2,3}$', 'aaa', 'aaaa'],
  ['^a{2}b{1,}$', 'aabbb', 'aa'],
  ['^x*?y??$', 'xxy', 'yx'],
  ['(?i)^WEB[^a-c]$', 'weBd', 'webB'],
  ['^(?i:a)b$', 'Ab', 'AB'],
  ['(?i)a(?-i)b', 'Ab', 'AB'],
  ['^\\d+\\.\\d+$', '10.5', '10x5'],
  ['^[[:alpha:]][\\w-]*$', 'a-1', '1-a'],
  ['^[^[:^digit:]]$', '5', 'a'],
  ['^[]a]$', ']', 'b'],
  ['^[a\\-z-]$', '-', 'b'],
  ['^\\pL\\p{Lu}\\P{Greek}$', 'éAz', 'éAλ'],
  ['^\\p{Greek}$', 'λ', 'l'],
  ['\\bdb\\b', 'my db here', 'mydb'],
  ['\\Bdb', 'mydb', 'my db'],
  ['\\Aa.c\\z', 'a\u{1f600}c', 'a\nc'],
  ['(?s)a.c', 'a\nc', 'ac'],
  ['(?m)^b$', 'a\nb\nc', 'ab'],
  ['^\\Qa.b*\\E$', 'a.b*', 'aXb'],
  ['^\\x41\\x{1F600}\\t$', 'A\u{1f600}\t', 'A'],
  ['(?P<name>a)|(?<other>b)', 'b', 'c'],
  ['^a{,2}$', 'a{,2}', 'aa'],
  ['^()*$', '', 'a'],
  ['^(a*)*$', 'aaa', 'b'],
])('%s takes %j and not %j', (text, yes, no) => {
  expect(pattern(text)(yes)).toBe(true);
  expect(pattern(text)(no)).toBe(false);
});

it.each([
  ['(a', /missing closing \)/],
  ['a)', /unexpected \)/],
  ['[a', /missing closing \]/],
  ['*a', /missing argument to repetition/],
  ['a**', /invalid nested repetition/],
  ['a{3,2}', /\{3,2\}/],
  ['a{2000}', /invalid repeat count/],
  ['(a{500}){500}', /invalid repeat count/],
  ['(?=a)', /unsupported Perl syntax/],
  ['(?<!a)', /invalid named capture/],
  ['(a)\\1', /invalid escape sequence/],
  ['\\p{Nonsense}', /character class/],
  ['[z-a]', /character class/],
  ['a\\', /trailing backslash/],
  ['('.repeat(3000) + ')'.repeat(3000), /nests too deeply/],
])('%s is refused', (text, why) => {
  expect(() => pattern(text)).toThrow(PatternError);
  expect(() => pattern(text)).toThrow(why);
});

it('agrees with the language of the house on patterns that both know', () => {
  const atom = fc.oneof(
    fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\w', '\\d', '^', '$', '\\b'),
  );
  const piece = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      atom,
      fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}${b})`),
      fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}|${b})`),
      fc
        .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}'))
        .map(([a, times]) => `(?:${a})${times}`),
    ),
  })).node;
  const subject = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' '), maxLength: 8 });
  fc.assert(
    fc.property(piece, subject, (text, given) => {
      expect(pattern(text)(given)).toBe(new RegExp(text).test(given));
    }),
    { numRuns: 2000 },
  );
});

it('does not go back over what it has seen', () => {
  const isMatch = pattern('^(a+)+(a|aa)*(.*)*$b');
  const startedAtMs = Date.now();
  expect(isMatch('a'.repeat(255))).toBe(false);
  expect(Date.now() - startedAtMs).toBeLessThan(1000);
});
