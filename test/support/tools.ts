// Which tools of the host a test may use. Looked for without running them.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const packageOf: Readonly<Record<string, string>> = {
  'qemu-img': 'qemu-utils',
  'qemu-nbd': 'qemu-utils',
};

/** Null when the tool is on the PATH; else a sentence for notRun that says how to get it. */
export function toolMissing(tool: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const isThere = folders.some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
  return isThere ? null : `${tool} is missing: apt-get install ${packageOf[tool] ?? tool}`;
}
