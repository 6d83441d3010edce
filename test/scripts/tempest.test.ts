// The parts of `npm run test:tempest` that judge a run: the reader of result streams, the report
// and the expected skips. Laws: nothing that was chosen may end as nothing, and no bytes that are
// not understood count as a result. Packets are made here after the description of subunit v2.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';

const folder = join(__dirname, '../../scripts/tempest');

/** Runs `code`, an ES module with `given` in scope, and gives what it hands to `tell`. */
function inModule<T>(code: string, given: unknown): T {
  const imports = ['subunit', 'report', 'expectations']
    .map((name) => `import * as ${name} from '${pathToFileURL(join(folder, `${name}.mjs`)).href}';`)
    .join('\n');
  const program =
    `${imports}\nimport { readFileSync } from 'node:fs';\n` +
    "const given = JSON.parse(readFileSync(0, 'utf8'));\n" +
    `const tell = (value) => process.stdout.write(JSON.stringify(value));\n${code}`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { input: JSON.stringify(given), encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  // The edge: each test names the shape that its own code tells.
  return JSON.parse(stdout) as T;
}

interface Packet {
  readonly id: string;
  readonly status: string;
  readonly atSeconds: number | null;
  readonly detail: { readonly name: string; readonly text: string } | null;
}

const statuses = ['', 'exists', 'inprogress', 'success', 'uxsuccess', 'skip', 'fail', 'xfail'];

/** A number in one to four bytes; the top two bits of the first tell how many follow it. */
function number(value: number): Buffer {
  const count = value < 2 ** 6 ? 1 : value < 2 ** 14 ? 2 : value < 2 ** 22 ? 3 : 4;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value + (count - 1) * 2 ** (8 * count - 2));
  return bytes.subarray(4 - count);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}

/** The bytes of one packet. */
function packed({ id, status, atSeconds, detail }: Packet): Buffer {
  const flags =
    0x2000 |
    statuses.indexOf(status) |
    (id === '' ? 0 : 0x0800) |
    (atSeconds === null ? 0 : 0x0200) |
    (detail === null ? 0 : 0x0060);
  const seconds = Buffer.alloc(4);
  seconds.writeUInt32BE(atSeconds ?? 0);
  const fields = Buffer.concat([
    ...(atSeconds === null ? [] : [seconds, number(0)]),
    ...(id === '' ? [] : [text(id)]),
    ...(detail === null ? [] : [text('text/plain'), text(detail.name), text(detail.text)]),
  ]);
  const head = Buffer.from([0xb3, flags >> 8, flags & 0xff]);
  // The length counts itself too, and so depends on how many bytes it takes.
  const bare = head.length + fields.length + 4;
  const size = [1, 2, 3, 4].find((count) => number(bare + count).length === count) ?? 4;
  const body = Buffer.concat([head, number(bare + size), fields]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([body, sum]);
}

/** Reads pieces of a stream; an error is told by its text. */
function read(pieces: readonly Buffer[]): { packets: Packet[]; error: string | null } {
  return inModule(
    `const reader = new subunit.PacketReader();
     const packets = [];
     let error = null;
     try {
       for (const piece of given) packets.push(...reader.push(Buffer.from(piece, 'base64')));
       reader.end();
     } catch (thrown) {
       error = thrown.message;
     }
     tell({ packets, error });`,
    pieces.map((piece) => piece.toString('base64')),
  );
}

const packet = (more: Partial<Packet> = {}): Packet => ({
  id: 'a.b.Class.test_one',
  status: 'success',
  atSeconds: 1_700_000_000,
  detail: null,
  ...more,
});

describe('the reader of results', () => {
  it('gives back what was packed, however the stream is cut', () => {
    const packets = fc.array(
      fc.record({
        id: fc.string({ maxLength: 80, unit: 'grapheme' }),
        status: fc.constantFrom(...statuses),
        atSeconds: fc.option(fc.integer({ min: 0, max: 2 ** 32 - 1 })),
        detail: fc.option(
          fc.record({
            name: fc.string(),
            text: fc.string({ maxLength: 30_000, size: 'max', unit: 'grapheme-ascii' }),
          }),
        ),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(packets, fc.array(fc.nat(200_000), { maxLength: 8 }), (given, cuts) => {
        const bytes = Buffer.concat(given.map(packed));
        const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
        const sorted = at.toSorted((left, right) => left - right);
        const pieces = sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
        expect(read(pieces)).toEqual({ packets: given, error: null });
      }),
      { numRuns: 15 },
    );
  });

  it('takes a stream byte by byte', () => {
    const bytes = Buffer.concat([packed(packet()), packed(packet({ status: 'fail' }))]);
    const pieces = Array.from({ length: bytes.length }, (_, at) => bytes.subarray(at, at + 1));
    expect(read(pieces).packets.map(({ status }) => status)).toEqual(['success', 'fail']);
  });

  it('refuses a stream that ends within a packet, wherever it ends', () => {
    const bytes = packed(packet());
    for (const end of [1, 6, 7, bytes.length - 1]) {
      const { packets, error } = read([bytes.subarray(0, end)]);
      expect([packets, error]).toEqual([[], 'the stream of test results ends within a packet']);
    }
  });

  it('refuses a packet of which a bit was changed', () => {
    const bytes = packed(packet());
    for (const at of [2, 9, bytes.length - 1]) {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
      const { packets, error } = read([packed(packet()), damaged]);
      expect(packets).toHaveLength(1);
      expect(error).toContain('wrong checksum');
    }
  });

  it('refuses bytes that are no packet, and shows them', () => {
    const { packets, error } = read([packed(packet()), Buffer.from('Traceback: no module')]);
    expect(packets).toHaveLength(1);
    expect(error).toContain('"Traceback: no module"');
  });
});

interface Outcome {
  readonly id: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly reason: string;
  readonly request: string;
}

const outcome = (id: string, more: Partial<Outcome> = {}): Outcome => ({
  id,
  outcome: 'passed',
  reason: '',
  request: '',
  ...more,
});

function report(results: readonly Outcome[], more: { chosen?: string[]; isLate?: boolean } = {}) {
  const chosen = more.chosen ?? results.map(({ id }) => id);
  return inModule<{ text: string; isGood: boolean }>('tell(report.reportOf(given));', {
    chosen,
    results,
    isLate: more.isLate ?? false,
    seconds: 1.25,
  });
}

const knownSkips = readFileSync(join(folder, 'expected-skips.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

describe('a report', () => {
  it('is good when everything passed, or was skipped as by a real Cinder', () => {
    const skip = outcome(knownSkips[0] ?? '', { outcome: 'skipped', reason: 'no Compute' });
    const { text: told, isGood } = report([outcome('a.B.test_c'), skip]);
    expect(isGood).toBe(true);
    expect(told).toBe(
      '2 tests: 1 passed, 0 failed, 1 skipped (0 of them not by a real Cinder), ' +
        '0 not run with the rest of their class; 1.3 s',
    );
  });

  it.each([
    ['a failure', [outcome('a.B.test_c'), outcome('a.B.test_d', { outcome: 'failed' })], {}],
    ['one skip more', [outcome('a.B.test_c'), outcome('a.B.test_d', { outcome: 'skipped' })], {}],
    ['a lost test', [outcome('a.B.test_c')], { chosen: ['a.B.test_c', 'a.B.test_d'] }],
    ['a run that took too long', [outcome('a.B.test_c')], { isLate: true }],
    ['no test at all', [], {}],
  ])('is bad with %s', (_, results, more) => {
    expect(report(results, more).isGood).toBe(false);
  });

  it('counts the tests of a class that could not be set up, and names no lost one', () => {
    const failed = outcome('setUpClass (a.b.Class)', { outcome: 'failed', reason: 'NotFound' });
    const chosen = ['a.b.Class.test_one', 'a.b.Class.test_two', 'a.b.Other.test_one'];
    const { text: told } = report([failed, outcome('a.b.Other.test_one')], { chosen });
    expect(told).toContain('2 not run with the rest of their class');
    expect(told).not.toContain('lost');
    expect(told).toContain('failed (1):\n  setUpClass (a.b.Class)\n      NotFound');
  });

  it('names each failure with the line that tells the reason, and the last request', () => {
    const reason =
      'Traceback (most recent call last):\n  File "/a.py", line 1, in test\n    call()\n' +
      'lib.NotFound: Object not found\nDetails: {}\n';
    const request = '404 GET /volumes/x';
    const { text: told } = report([outcome('a.B.test_c', { outcome: 'failed', reason, request })]);
    expect(told).toContain(
      'a.B.test_c\n      lib.NotFound: Object not found Details: {}\n' +
        '      after 404 GET /volumes/x',
    );
  });

  it('cuts a reason that is too long', () => {
    const reason = 'x'.repeat(1000);
    const { text: told } = report([outcome('a.B.test_c', { outcome: 'failed', reason })]);
    expect(told).toContain(`${'x'.repeat(240)} ...`);
    expect(told).not.toContain('x'.repeat(241));
  });
});

describe('expected skips', () => {
  const additional = (results: readonly Outcome[], expected: readonly string[]): string[] =>
    inModule(
      'tell(expectations.additionalSkips(given.results, given.expected).map(({ id }) => id));',
      { results, expected },
    );
  const skipped = (id: string): Outcome => outcome(id, { outcome: 'skipped' });

  it('cover a test by its name or by that of its class, and nothing else', () => {
    const ids = ['a.B.test_c', 'a.B.test_d', 'a.E.test_f', 'setUpClass (a.E)', 'setUpClass (a.B)'];
    expect(additional(ids.map(skipped), ['a.B.test_c', 'a.E'])).toEqual([
      'a.B.test_d',
      'setUpClass (a.B)',
    ]);
  });

  it('never cover a failure', () => {
    const failed = outcome('a.B.test_c', { outcome: 'failed' });
    expect(additional([failed], [])).toEqual([]);
    expect(report([failed]).isGood).toBe(false);
  });

  it('are tests and classes of the two suites, each once', () => {
    expect(knownSkips.length).toBeGreaterThan(0);
    expect(new Set(knownSkips).size).toBe(knownSkips.length);
    const named = /^(tempest\.api\.volume|cinder_tempest_plugin)(\.\w+)+$/;
    expect(knownSkips.filter((name) => !named.test(name))).toEqual([]);
    expect(inModule('tell(expectations.expectedSkips());', null)).toEqual(knownSkips);
  });
});
