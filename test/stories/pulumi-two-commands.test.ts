// The quickstart's own scripts, in a copy of this checkout with an empty home: `npm run up`, the
// same again, `npm run down`. Invariant under test: nothing outside the copy is written but the
// toolchain's cache, and nothing is left.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { runProgram } from '../support/engine-process';
import { notRun } from '../support/not-run';
import { killProcessesIn, processesIn } from '../support/processes';
import { pulumiBin } from '../support/pulumi-stack';
import { projectRoot } from '../support/source-tree';

const timeoutMs = 240_000;
const left = new Set(['.git', 'node_modules', '.cinderkit']);

/** Paths of the files below `folder`, hidden ones too; links to folders are not followed. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const nested = entries.flatMap((entry) => {
    if (!entry.isDirectory()) return [entry.name];
    return filesIn(join(folder, entry.name)).map((name) => join(entry.name, name));
  });
  return nested.sort();
}

if (!pulumiBin) notRun('the two commands', 'no Pulumi CLI: run them through npm test');

(pulumiBin ? describe : describe.skip)('the two commands', () => {
  let folder: string;
  let copy: string;
  let home: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cinderkit-commands-'));
    copy = join(folder, 'copy');
    home = join(folder, 'home');
    for (const made of [home, join(folder, 'tmp')]) mkdirSync(made);
    cpSync(projectRoot, copy, {
      recursive: true,
      preserveTimestamps: true,
      filter: (path) =>
        !relative(projectRoot, path)
          .split('/')
          .some((part) => left.has(part)),
    });
    symlinkSync(join(projectRoot, 'node_modules'), join(copy, 'node_modules'));
  });
  afterAll(async () => {
    await killProcessesIn(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  // The Node that runs this test is the pinned one, so the step that installs packages is left out.
  const script = async (name: string): Promise<string> => {
    const path = [pulumiBin, dirname(process.execPath), process.env['PATH']].join(delimiter);
    const env = { PATH: path, HOME: home, TMPDIR: join(folder, 'tmp'), NO_COLOR: '1' };
    const ran = await runProgram(process.execPath, [`scripts/${name}.mjs`], { cwd: copy, env });
    expect([name, ran.code, ran.stderr]).toEqual([name, 0, ran.stderr]);
    return ran.stdout;
  };

  it(
    'bring the stack up, change nothing the second time, and remove all of it',
    async () => {
      const before = filesIn(copy);
      const up = await script('up');
      expect(filesIn(copy).some((name) => name.includes('/.cinderkit/engine/'))).toBe(true);
      expect(up).toContain('+ 11 created');
      expect(up).toMatch(/system *: "available, 1 GiB, (copied|cloned)"/);
      expect(up).toMatch(/sealed *: "active, 1024 MiB, a volume"/);
      const again = await script('up');
      expect(again).toContain('Nothing to change: the stack is as declared.');
      const down = await script('down');
      expect(down).toContain('All is down: no process, no volume and no file of it is left.');
      expect(processesIn(folder)).toEqual([]);
      expect(filesIn(copy)).toEqual(before);
      const toolchain = /^\.cache\/cinderkit\/toolchain\//;
      expect(filesIn(home).filter((name) => !toolchain.test(name))).toEqual([]);
      expect(await script('down')).toContain('Nothing is up');
    },
    timeoutMs,
  );
});
