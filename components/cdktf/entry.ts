// What `cinderkit/cdktf` offers to programs: the provider, a construct for every resource and data
// source, and the composites made of them. Invariant: names that are here stay.
export * from './generated/constructs';
export { BootVolume } from './boot-volume';
export { GoldenImage } from './golden-image';
export { ProtectedVolume } from './protected-volume';
export { Tags } from './tags';
export { VolumeFleet } from './volume-fleet';
export type {
  BootVolumeProps,
  GoldenImageProps,
  GoldenVolumeProps,
  ProtectedVolumeProps,
  VolumeFleetProps,
} from '../recipes/props';
export type { Generation } from '../recipes/chain';
export type { Spread } from '../recipes/fleet';
