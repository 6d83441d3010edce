// The benchmark as a program: what it prints, and that it leaves nothing behind, even interrupted.
// The figures themselves are of no interest here.
import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compileSources } from '../support/compiled-sources';
import type { CompiledSources } from '../support/compiled-sources';
import { removeFolder, tempFolder } from '../support/temp-folder';
import { until } from './toolchain-sandbox';

const script = join(__dirname, '../../scripts/bench.mjs');
let engine: CompiledSources;
let folder: string;

beforeAll(async () => {
  engine = await compileSources(['bundled-engine/**/*.ts', 'schema/**/*.ts']);
});
afterAll(() => engine.remove());
beforeEach(async () => {
  folder = await tempFolder();
});
afterEach(() => removeFolder(folder));

function startBench(...flags: string[]) {
  const args = [script, '--engine', engine.path('bundled-engine/bin.ts'), ...flags];
  // What Node compiles is kept for the next start on purpose, so it has a place apart.
  const cache = { NODE_COMPILE_CACHE: engine.path('cache') };
  const env = { ...engine.environment, ...cache, TMPDIR: folder };
  const child = spawn(process.execPath, args, { env });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes) => (said.stdout += String(bytes)));
  child.stderr.on('data', (bytes) => (said.stderr += String(bytes)));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, ...said }));
  });
  return { child, ended };
}

const enginePids = (): number[] =>
  globSync(join(folder, '**/engine.json')).map(
    (file) => (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid,
  );
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

it('refuses a benchmark that it does not have, by name', async () => {
  const { code, stderr } = await startBench('--only', 'start,nothing').ended;
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('no benchmark is called nothing'),
  });
});

it('measures, tells it as JSON, and leaves no file', async () => {
  const { code, stdout, stderr } = await startBench('--only', 'start', '--quick', '--json').ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const told = JSON.parse(stdout) as { lines: { median: number; ratio: number }[] };
  expect(told.lines).toHaveLength(3);
  for (const line of told.lines) {
    expect(line).toMatchObject({ unit: 'ms', goal: { text: 'under 500 ms' } });
    expect(line.median).toBeGreaterThan(0);
    expect(line.ratio).toBeGreaterThan(1);
  }
  expect(readdirSync(folder)).toEqual([]);
});

it('leaves no file and no engine when it is interrupted', async () => {
  const { child, ended } = startBench('--only', 'memory');
  await until('an engine', () => enginePids().length > 0);
  const [pid = 0] = enginePids();
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  expect(readdirSync(folder)).toEqual([]);
  if (process.platform === 'linux') expect(isAlive(pid)).toBe(false);
});
