// What `cinderkit/pulumi` offers to programs. Invariant: names that are here stay.
export { Backup, type BackupArgs } from './backup';
export { Image, type ImageArgs } from './image';
export { Snapshot, type SnapshotArgs } from './snapshot';
export { Volume, type VolumeArgs } from './volume';
export { VolumeType, type VolumeTypeArgs } from './volume-type';
