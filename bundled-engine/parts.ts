// What operations and HTTP handlers work with: one object, made in main.ts and handed down, so that
// nothing else in the engine meets a concrete driver, a file or a configuration file. Invariant:
// this file holds types alone.
import type { Logger } from 'pino';
import type { BackupStore } from './backups/backup-store';
import type { EngineConfig } from './config';
import type { Driver } from './drivers/driver';
import type { ImageFiles } from './image-files';
import type { JobRunner } from './jobs/runner';
import type { Database } from './records/database';

/** A configured driver instance. Volumes remember `name` as their pool. */
export interface Pool {
  readonly name: string;
  /** What types ask for by the extra spec `volume_backend_name`. */
  readonly volumeBackendName: string;
  /** `cinderkit@POOL#POOL`, as os-vol-host-attr:host shows it. */
  readonly host: string;
  /**
   * Upper bound of provisioned space given in the configuration; null where the disk is the
   * bound.
   */
  readonly capacityGib: number | null;
  readonly driver: Driver;
}

/** Where time comes from, so that tests can move it. */
export interface Clock {
  now(): Date;
}

/** The owner of image-volumes: a project and a user that nobody can log in to and no list shows. */
export interface InternalTenant {
  readonly projectId: string;
  readonly userId: string;
}

/** Everything that operations and handlers may use. */
export interface Parts {
  readonly database: Database;
  readonly jobs: JobRunner;
  /** In the order of the configuration; the first serves the default volume type. Never empty. */
  readonly pools: readonly Pool[];
  /** Backups' chunks and manifests, in the folder target. */
  readonly backups: BackupStore;
  /** Bytes of images that are kept as files. */
  readonly images: ImageFiles;
  /** Absolute path of a private folder for temporary files; emptied at every start. */
  readonly conversionFolder: string;
  readonly internalTenant: InternalTenant;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: EngineConfig;
}
