// Running tools: what came out, why it failed, and that nothing is left running.
import { CommandError, runCommand } from '../../bundled-engine/host/run-command';
import { eventually } from '../support/processes';

const node = process.execPath;

async function failureOf(call: Promise<unknown>): Promise<CommandError> {
  const outcome = await call.then(
    () => new Error('it succeeded'),
    (error: unknown) => error,
  );
  if (outcome instanceof CommandError) return outcome;
  throw outcome;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('gives what the command said, and hands it its input', async () => {
  const script = 'process.stdin.pipe(process.stdout); console.error("aside")';
  const { stdout, stderr } = await runCommand(node, ['-e', script], { input: 'hello' });
  expect({ stdout, stderr }).toEqual({ stdout: 'hello', stderr: 'aside\n' });
});

it('does not run a shell: arguments stay what they are', async () => {
  const script = 'console.log(JSON.stringify(process.argv.slice(1)))';
  const strange = ['$(id)', '; rm -rf x', '`a`', '*', ''];
  const { stdout } = await runCommand(node, ['-e', script, '--', ...strange]);
  expect(JSON.parse(stdout)).toEqual(strange);
});

it('a failure names the command, its exit code and its last words', async () => {
  const script = 'console.error("first\\nNo space left on device"); process.exit(3)';
  const error = await failureOf(runCommand(node, ['-e', script]));
  expect(error).toMatchObject({ exitCode: 3, code: 'ENOSPC' });
  expect(error.message).toContain('exit code 3');
  expect(error.message).toContain('No space left on device');
});

it('a tool that is not there is told apart from one that fails', async () => {
  const error = await failureOf(runCommand('no-such-tool-of-ours', []));
  expect(error).toMatchObject({ exitCode: null, code: 'ENOENT' });
});

it('an abort ends the command and what it started, and throws its reason', async () => {
  const abort = new AbortController();
  const pids: number[] = [];
  const script = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)']);
    console.log(child.pid, process.pid); setInterval(() => 0, 1e6);`;
  const call = runCommand(node, ['-e', script], {
    signal: abort.signal,
    onOutput: (text) => {
      pids.push(...text.trim().split(' ').map(Number));
      abort.abort(new Error('enough'));
    },
  });
  await expect(call).rejects.toThrow('enough');
  expect(pids).toHaveLength(2);
  await eventually('both processes to end', () => pids.every((pid) => !isAlive(pid)));
});

it('a command that takes too long is ended', async () => {
  const call = runCommand(node, ['-e', 'setInterval(() => 0, 1e6)'], { timeoutMs: 300 });
  const error = await failureOf(call);
  expect(error.code).toBe('ETIMEDOUT');
  expect(error.message).toContain('300 ms');
});

it('a command that says too much is ended', async () => {
  const script = 'setInterval(() => process.stdout.write("x".repeat(10000)), 1)';
  const error = await failureOf(runCommand(node, ['-e', script], { maxOutputBytes: 50_000 }));
  expect(error.message).toContain('more than 50000 bytes');
});

it('a signal that was aborted before starts nothing', async () => {
  const signal = AbortSignal.abort(new Error('already over'));
  await expect(runCommand('no-such-tool-of-ours', [], { signal })).rejects.toThrow('already over');
});
