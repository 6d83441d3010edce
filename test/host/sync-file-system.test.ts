// Syncing a whole file system: offered only where it can be trusted, and harmless to repeat.
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchFileSystem } from '../../bundled-engine/host/sync-file-system';

const trusted = [0xef53, 0x58465342, 0x9123683e];

describe('watchFileSystem', () => {
  it('syncs what was written, or says that file by file is the only way', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cinderkit-sync-'));
    try {
      const watch = await watchFileSystem(folder);
      const isTrusted = trusted.includes((await statfs(folder)).type);
      if (process.platform !== 'linux' || !isTrusted) {
        expect(watch).toBeNull();
        return;
      }
      await writeFile(join(folder, 'file'), 'bytes');
      await watch?.sync();
      await watch?.sync();
      await watch?.close();
      expect(watch).not.toBeNull();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('gives null on a file system that may not tell of losses', async () => {
    if (process.platform === 'linux') expect(await watchFileSystem('/proc')).toBeNull();
    else expect(await watchFileSystem(tmpdir())).toBeNull();
  });

  it('fails for a folder that is not there', async () => {
    if (process.platform !== 'linux') return;
    const missing = join(tmpdir(), 'cinderkit-no-such-folder');
    await expect(watchFileSystem(missing)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
