// What `cinderkit/pulumi` offers to programs: the classes of all nouns, and the composites made of
// them. Invariant: names that are here stay.
export * from '../../provider/pulumi/entry';
export { BootVolume, type BootVolumeArgs } from './boot-volume';
export { GoldenImage, type GoldenImageArgs } from './golden-image';
export { ProtectedVolume, type ProtectedVolumeArgs } from './protected-volume';
export { VolumeFleet, type VolumeFleetArgs } from './volume-fleet';
