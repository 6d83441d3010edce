// The list of all resources. Tools walk it; a law test proves that no file of schema/resources is
// missing here.
import { backup } from './resources/backup';
import { image } from './resources/image';
import { snapshot } from './resources/snapshot';
import { volume } from './resources/volume';
import { volumeType } from './resources/volume-type';

/** Every resource, in the order in which documents show them. */
export const catalogue = [volumeType, volume, snapshot, backup, image] as const;
