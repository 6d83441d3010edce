// A disk that fills up under an upload. Laws: the client is told that the storage is full, the
// image can be sent again, and no file is left.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { asMember, freshFolder, runEngine, stopEngines } from '../engine/running-engine';
import { notRun } from '../support/not-run';

const mib = 1024 * 1024;

afterEach(stopEngines);

if (process.platform !== 'linux' || process.getuid?.() !== 0) {
  notRun(
    'an upload to a full disk',
    'a small file system must be mounted: run it as root on Linux',
  );
} else {
  it('an upload to a full disk is refused with 413 and can be repeated', async () => {
    const folder = await freshFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder]);
    try {
      const engine = await runEngine({ dataFolder: join(folder, 'data') });
      const member = await asMember(engine);
      const made = await member.call('POST', '/image/v2/images', {
        body: { disk_format: 'raw', container_format: 'bare' },
      });
      const { id } = z.object({ id: z.string() }).parse(made.json);
      const put = (bytes: Buffer<ArrayBuffer>): ReturnType<typeof member.call> =>
        member.call('PUT', `/image/v2/images/${id}/file`, {
          bytes,
          headers: { 'content-type': 'application/octet-stream' },
        });
      const refused = await put(randomBytes(40 * mib));
      expect([refused.status, refused.text]).toEqual([413, expect.stringContaining('full')]);
      expect(await readdir(join(engine.dataFolder, 'images'))).toEqual([]);
      const shown = await member.call('GET', `/image/v2/images/${id}`);
      expect(shown.json).toMatchObject({ status: 'queued', size: null });
      expect((await put(randomBytes(2 * mib))).status).toBe(204);
      await engine.stop();
    } finally {
      execFileSync('umount', [folder]);
    }
  });
}
