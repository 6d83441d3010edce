// What sets a run apart from others: its workspace, and the slot among processes that run at once.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { takeSlot } from '../../../provider/terraform/session/slot';
import { workspaceOf } from '../../../provider/terraform/session/workspace';
import { compileSources } from '../../support/compiled-sources';
import { removeFolder, tempFolder } from '../../support/temp-folder';

let projectFolder: string;
const slots = () => join(projectFolder, '.cinderkit', 'slots');
const take = () => takeSlot({ projectFolder, digest: 'abc' });

beforeEach(async () => {
  projectFolder = await tempFolder();
});

afterEach(() => removeFolder(projectFolder));

async function leaveSlot(name: string, word: string): Promise<void> {
  await mkdir(slots(), { recursive: true });
  await writeFile(join(slots(), name), word);
}

describe('the workspace', () => {
  const workspace = (env: Record<string, string> = {}) => workspaceOf({ env, cwd: projectFolder });

  it('is the default one where nothing tells', async () => {
    expect(await workspace()).toBe('default');
  });

  it('is told by the data folder, wherever that is, and by the variable before all', async () => {
    for (const folder of ['.terraform', 'elsewhere']) {
      await mkdir(join(projectFolder, folder));
      await writeFile(join(projectFolder, folder, 'environment'), `in-${folder}`);
    }
    expect(await workspace()).toBe('in-.terraform');
    expect(await workspace({ TF_DATA_DIR: 'elsewhere' })).toBe('in-elsewhere');
    expect(await workspace({ TF_WORKSPACE: 'blue' })).toBe('blue');
  });
});

describe('a slot', () => {
  it('is held until it is given back', async () => {
    const first = await take();
    const second = await take();
    expect([first.name, second.name]).toEqual(['abc-0', 'abc-1']);
    first.release();
    first.release();
    expect((await take()).name).toBe('abc-0');
  });

  it('is not in the way of other configurations', async () => {
    await take();
    const other = await takeSlot({ projectFolder, digest: 'def' });
    expect(other.name).toBe('def-0');
  });

  it('is free again when its holder was killed', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await leaveSlot('abc-0', `${pid} 1`);
    expect((await take()).name).toBe('abc-0');
  });

  it('is free again when its number belongs to another process by now', async () => {
    const isTold = process.platform === 'linux';
    await leaveSlot('abc-0', `${process.pid} 1`);
    expect((await take()).name).toBe(isTold ? 'abc-0' : 'abc-1');
  });

  it('is free where its file says nothing that could be meant', async () => {
    await leaveSlot('abc-0', 'what?');
    expect((await take()).name).toBe('abc-0');
  });

  it('is never held twice, however many want the one that was left', async () => {
    for (const n of [0, 1, 2, 5]) await leaveSlot(`abc-${n}`, '999999999 1');
    const taken = await Promise.all(Array.from({ length: 20 }, take));
    expect(new Set(taken.map(({ name }) => name)).size).toBe(20);
    for (const slot of taken) slot.release();
    const left = await readdir(slots());
    for (const name of left) expect(name).toMatch(/^abc-[0-5]$/);
  });

  it('says what to do where it cannot be kept', async () => {
    await writeFile(join(projectFolder, '.cinderkit'), 'a file');
    await expect(take()).rejects.toThrow('which tells providers that run at once apart');
  });

  it('is one for each process, and gone with an orderly end', async () => {
    const compiled = await compileSources([
      'provider/terraform/session/slot.ts',
      'provider/resources/refusal.ts',
    ]);
    const program = `
      const { takeSlot } = require(${JSON.stringify(
        compiled.path('provider/terraform/session/slot.ts'),
      )});
      takeSlot({ projectFolder: process.argv[1], digest: 'abc' }).then(({ name }) => {
        console.log(name);
        process.stdin.resume().on('end', () => process.exit(0));
      });`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['-e', program, projectFolder], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    try {
      const names = await Promise.all(
        children.map(async (child) => String(await once(child.stdout, 'data')).trim()),
      );
      expect(names.sort()).toEqual(['abc-0', 'abc-1', 'abc-2', 'abc-3']);
    } finally {
      const ends = children.map((child) => once(child, 'exit'));
      for (const child of children) child.stdin.end();
      await Promise.all(ends);
      await compiled.remove();
    }
    expect(await readdir(slots())).toEqual([]);
  });
});
