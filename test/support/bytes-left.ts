// What an engine still stores, for stories that end with an empty disk.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Files of an engine's data folder that hold bytes of volumes, images or backups; relative paths.
 */
export function bytesLeft(dataFolder: string): string[] {
  return readdirSync(dataFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dataFolder.length + 1))
    .filter((file) => /^(pools|images|backups|conversion)\//.test(file));
}
