// Images under inspection: what real tools make is told apart, and what could lead a tool to
// another file, or lost its tail, never passes.
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  assertSafeImage,
  detectFormat,
  inspectImage,
  UnsafeImageError,
  type DetectedFormat,
} from '../../bundled-engine/host/inspect-image';
import { readQcow2Header } from '../../bundled-engine/host/qcow2-header';
import { notRun } from '../support/not-run';
import { removeFolder, tempFolder } from '../support/temp-folder';
import { toolMissing } from '../support/tools';

const mib = 1024 * 1024;
let folder = '';
beforeEach(async () => (folder = await tempFolder()));
afterEach(() => removeFolder(folder));

const missing = toolMissing('qemu-img');
const qemuTest: (title: string, body: () => Promise<void>) => void =
  missing === null ? it : (title) => notRun(title, missing);

function qemuImg(...args: string[]): void {
  const ran = () => execFileSync('qemu-img', args, { cwd: folder, stdio: 'pipe' });
  // To choose how often a key is hashed, qemu measures itself, which fails on a machine that is
  // busy at that moment.
  for (let spare = 10; ; spare -= 1) {
    try {
      ran();
      return;
    } catch (error) {
      if (spare === 0 || !String(error).includes('accurate CPU usage')) throw error;
    }
  }
}

async function file(name: string, bytes: Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

function rawWith(offset: number, mark: Buffer): Buffer {
  const bytes = Buffer.alloc(64 * 1024);
  mark.copy(bytes, offset);
  return bytes;
}

qemuTest('qcow2 files of every version and feature that tools make pass', async () => {
  await writeFile(join(folder, 'data'), Buffer.alloc(3 * mib, 7));
  const variants = ['compat=0.10', 'compat=1.1', 'cluster_size=2M', 'cluster_size=512'];
  variants.push('compression_type=zstd', 'extended_l2=on', 'lazy_refcounts=on');
  for (const options of variants) {
    qemuImg('convert', '-c', '-f', 'raw', '-O', 'qcow2', '-o', options, 'data', 'image');
    const inspection = await inspectImage(join(folder, 'image'));
    expect({ options, ...inspection }).toMatchObject({
      options,
      format: 'qcow2',
      virtualSizeBytes: 3 * mib,
      problems: [],
    });
    assertSafeImage('qcow2', inspection);
    expect(() => assertSafeImage('raw', inspection)).toThrow(UnsafeImageError);
  }
});

qemuTest('qcow2 files that point out of themselves never pass', async () => {
  await writeFile(join(folder, 'below'), Buffer.alloc(mib, 7));
  qemuImg('create', '-f', 'qcow2', '-b', 'below', '-F', 'raw', 'overlay');
  qemuImg('create', '-f', 'qcow2', '-o', 'data_file=data,data_file_raw=on', 'external', '1M');
  const encryption = 'encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10';
  qemuImg(
    'create',
    '--object',
    'secret,id=s,data=x',
    '-f',
    'qcow2',
    '-o',
    encryption,
    'luks',
    '1M',
  );
  const problems = async (name: string) => (await inspectImage(join(folder, name))).problems;
  expect(await problems('overlay')).toEqual(['it names a backing file']);
  expect(await problems('external')).toContain('it keeps its data in another file');
  expect(await problems('external')).toContain('it names a file for its data');
  expect(await problems('luks')).toContain('it is encrypted');
});

qemuTest('a qcow2 file that lost its tail never passes', async () => {
  await writeFile(join(folder, 'data'), Buffer.alloc(3 * mib, 7));
  for (const compression of [[], ['-c']]) {
    qemuImg('convert', ...compression, '-f', 'raw', '-O', 'qcow2', 'data', 'image');
    const whole = await readFile(join(folder, 'image'));
    for (const kept of [80, 1000, 70_000, 200_000, whole.length - 70_000]) {
      if (kept >= whole.length || kept < 0) continue;
      const { problems } = await inspectImage(await file('cut', whole.subarray(0, kept)));
      expect({ kept, problems: problems.length }).toEqual({ kept, problems: 1 });
    }
  }
});

qemuTest('single-file VMDK passes, and every kind that names files does not', async () => {
  await writeFile(join(folder, 'data'), Buffer.alloc(3 * mib, 7));
  for (const kind of ['monolithicSparse', 'streamOptimized']) {
    qemuImg('convert', '-f', 'raw', '-O', 'vmdk', '-o', `subformat=${kind}`, 'data', 'one.vmdk');
    const inspection = await inspectImage(join(folder, 'one.vmdk'));
    expect(inspection).toMatchObject({ format: 'vmdk', virtualSizeBytes: 3 * mib, problems: [] });
    assertSafeImage('vmdk', inspection);
  }
  for (const kind of ['monolithicFlat', 'twoGbMaxExtentFlat', 'twoGbMaxExtentSparse']) {
    qemuImg('convert', '-f', 'raw', '-O', 'vmdk', '-o', `subformat=${kind}`, 'data', 'many.vmdk');
    const inspection = await inspectImage(join(folder, 'many.vmdk'));
    expect(inspection.format).toBe('vmdk');
    expect(() => assertSafeImage('vmdk', inspection)).toThrow('describes other files');
  }
});

qemuTest('a VMDK whose descriptor was changed never passes', async () => {
  await writeFile(join(folder, 'data'), Buffer.alloc(mib, 7));
  qemuImg('convert', '-f', 'raw', '-O', 'vmdk', '-o', 'subformat=monolithicSparse', 'data', 'v');
  const whole = await readFile(join(folder, 'v'));
  const changed = async (from: string, to: string) => {
    const bytes = Buffer.from(whole);
    const at = bytes.indexOf(from);
    expect(at).toBeGreaterThan(0);
    bytes.write(to.padEnd(from.length), at, 'latin1');
    return (await inspectImage(await file('changed', bytes))).problems;
  };
  expect(await changed('"monolithicSparse"', '"monolithicFlat"')).toHaveLength(1);
  expect(await changed('SPARSE "v"', 'FLAT "/x"')).toHaveLength(1);
  expect(await changed('parentCID=ffffffff', 'parentCID=00000001')).toEqual([
    'it needs a parent file',
  ]);
  const empty = Buffer.from(whole);
  empty.writeBigUInt64LE(0n, 12);
  expect((await inspectImage(await file('empty', empty))).problems).toContain(
    'its virtual size is 0',
  );
});

qemuTest('other formats of tools are told apart and refused, whatever was declared', async () => {
  const formats = { vdi: 'vdi', vhdx: 'vhdx', vpc: 'vhd', qed: 'qed', qcow: 'qcow' } as const;
  for (const [tool, format] of Object.entries(formats)) {
    qemuImg('create', '-f', tool, 'image', '10M');
    const inspection = await inspectImage(join(folder, 'image'));
    expect(inspection.format).toBe(format);
    for (const declared of ['raw', 'qcow2', 'vmdk', 'iso', format]) {
      expect(() => assertSafeImage(declared, inspection)).toThrow(UnsafeImageError);
    }
  }
});

it('raw disks pass with a partition table or an ISO file system, and luks does not', async () => {
  const marks: [DetectedFormat, number, Buffer][] = [
    ['raw', 0, Buffer.alloc(1)],
    ['mbr', 510, Buffer.from([0x55, 0xaa])],
    ['gpt', 512, Buffer.from('EFI PART')],
    ['iso', 32769, Buffer.from('CD001')],
  ];
  for (const [format, offset, mark] of marks) {
    const inspection = await inspectImage(await file(format, rawWith(offset, mark)));
    expect(inspection).toMatchObject({ format, virtualSizeBytes: 64 * 1024, problems: [] });
    assertSafeImage('raw', inspection);
  }
  const luks = await inspectImage(
    await file('luks', rawWith(0, Buffer.from('LUKS\xba\xbe', 'latin1'))),
  );
  expect(() => assertSafeImage('raw', luks)).toThrow('its content is luks');
});

it('an open file is inspected without moving its position', async () => {
  const handle = await open(await file('raw', Buffer.from('abcdef')), 'r');
  expect((await inspectImage(handle)).format).toBe('raw');
  expect((await handle.read(Buffer.alloc(3), 0, 3)).buffer.toString()).toBe('abc');
  await handle.close();
});

it('no bytes at all make the inspection fail or hang', async () => {
  const marks = ['', 'QFI\xfb\0\0\0\x03', 'QFI\xfb\0\0\0\x02', 'KDMV', 'COWD', '# Disk Desc'];
  const anyImage = fc.tuple(fc.constantFrom(...marks), fc.uint8Array({ maxLength: 2000 }));
  const path = join(folder, 'any');
  await fc.assert(
    fc.asyncProperty(anyImage, async ([mark, rest]) => {
      const bytes = Buffer.concat([Buffer.from(mark, 'latin1'), rest]);
      await writeFile(path, bytes);
      const { format, problems } = await inspectImage(path);
      expect(format).toBe(detectFormat(bytes));
      if (format === 'qcow2') expect(problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});

it('a header with features from the future is not trusted', () => {
  const head = Buffer.alloc(512);
  head.writeUInt32BE(0x514649fb, 0);
  head.writeUInt32BE(3, 4);
  head.writeUInt32BE(16, 20);
  head.writeBigUInt64BE(BigInt(mib), 24);
  head.writeUInt32BE(1, 36);
  head.writeBigUInt64BE(65_536n, 40);
  head.writeUInt32BE(104, 100);
  expect(readQcow2Header(head).problems).toEqual([]);
  head.writeBigUInt64BE(1n << 5n, 72);
  expect(readQcow2Header(head).problems).toEqual(['it needs features that are not known (32)']);
  head.writeBigUInt64BE(1n << 1n, 72);
  expect(readQcow2Header(head).problems).toEqual(['it is marked as corrupt']);
});
