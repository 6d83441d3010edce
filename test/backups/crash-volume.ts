// A small volume whose bytes are the same in every process, to be backed up by one and checked by
// another.
import { createHash } from 'node:crypto';
import { ModelVolume } from './model-volume';

/** Four chunks of bytes that do not compress, told by `seed`. */
export function crashVolume(seed = 'crash'): ModelVolume {
  const mib = 1024 * 1024;
  const volume = new ModelVolume('volume', 4 * mib);
  for (let at = 0; at < volume.sizeBytes; at += 32) {
    createHash('sha256').update(`${seed} ${at}`).digest().copy(volume.bytes, at);
  }
  volume.data = [{ offset: 0, length: volume.sizeBytes }];
  return volume;
}
