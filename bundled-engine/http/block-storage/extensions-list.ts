// The extensions that GET /extensions names: the parts of the API that once were optional and that
// this engine serves. Invariant: an alias is here only when its calls work. Names, aliases and
// dates are Cinder's (cinder/api/contrib).

/** One extension as the API shows it. */
export interface ExtensionView {
  readonly name: string;
  readonly alias: string;
  readonly description: string;
  readonly updated: string;
  readonly links: readonly never[];
}

const rows = [
  ['AdminActions', 'os-admin-actions', 'Reset of statuses and forced deletes.', '2012-08-25'],
  ['AvailabilityZones', 'os-availability-zone', 'Lists availability zones.', '2013-06-27'],
  ['Backups', 'backups', 'Backups of volumes and snapshots.', '2012-12-12'],
  ['Cgsnapshots', 'cgsnapshots', 'Snapshots of consistency groups.', '2014-08-18'],
  ['Capabilities', 'capabilities', 'What a pool can do.', '2015-08-31'],
  ['Consistencygroups', 'consistencygroups', 'Groups of volumes, once.', '2014-08-18'],
  [
    'ExtendedSnapshotAttributes',
    'os-extended-snapshot-attributes',
    'Project and progress of snapshots.',
    '2012-06-19',
  ],
  ['Hosts', 'os-hosts', 'Services by host, and what is kept there.', '2011-06-29'],
  ['Qos_specs_manage', 'qos-specs', 'QoS specs of volume types.', '2013-08-02'],
  ['QuotaClasses', 'os-quota-class-sets', 'Default quotas.', '2012-03-12'],
  ['Quotas', 'os-quota-sets', 'Quotas of projects.', '2011-08-08'],
  ['Scheduler_stats', 'scheduler-stats', 'Pools as the scheduler sees them.', '2014-09-07'],
  ['SchedulerHints', 'OS-SCH-HNT', 'Hints for the scheduler, taken and not used.', '2013-04-18'],
  ['Services', 'os-services', 'Lists, enables and disables services.', '2012-10-28'],
  ['SnapshotActions', 'os-snapshot-actions', 'Updates of a snapshot’s status.', '2013-07-16'],
  ['SnapshotManage', 'os-snapshot-manage', 'Takes over snapshots of a pool.', '2014-12-31'],
  ['SnapshotUnmanage', 'os-snapshot-unmanage', 'Lets go of snapshots.', '2014-12-31'],
  ['TypesExtraSpecs', 'os-types-extra-specs', 'Extra specs of volume types.', '2011-08-24'],
  ['TypesManage', 'os-types-manage', 'Making and removing volume types.', '2011-08-24'],
  ['UsedLimits', 'os-used-limits', 'What is used of the limits.', '2013-10-03'],
  ['VolumeActions', 'os-volume-actions', 'Actions on volumes.', '2012-05-31'],
  [
    'VolumeEncryptionMetadata',
    'os-volume-encryption-metadata',
    'What a volume tells of its encryption.',
    '2013-07-10',
  ],
  ['VolumeHostAttribute', 'os-vol-host-attr', 'The host of a volume.', '2011-11-03'],
  ['VolumeImageMetadata', 'os-vol-image-meta', 'Image facts of a volume.', '2012-12-07'],
  ['VolumeManage', 'os-volume-manage', 'Takes over volumes of a pool.', '2014-02-10'],
  ['VolumeMigStatusAttribute', 'os-vol-mig-status-attr', 'Migration status.', '2013-08-08'],
  ['VolumeTenantAttribute', 'os-vol-tenant-attr', 'The project of a volume.', '2011-11-03'],
  ['VolumeTransfer', 'os-volume-transfer', 'Hands volumes to other projects.', '2013-05-29'],
  ['VolumeTypeAccess', 'os-volume-type-access', 'Who may use private types.', '2014-06-26'],
  ['VolumeTypeEncryption', 'encryption', 'Encryption records of volume types.', '2013-07-01'],
  ['VolumeUnmanage', 'os-volume-unmanage', 'Lets go of volumes.', '2012-05-31'],
] as const;

/** Every extension served. */
export const extensionViews: readonly ExtensionView[] = rows.map(
  ([name, alias, description, day]) => ({
    name,
    alias,
    description,
    updated: `${day}T00:00:00+00:00`,
    links: [],
  }),
);

/** What GET /resource_filters tells: by which keys each noun's list can be filtered. */
export const resourceFilters = [
  {
    resource: 'volume',
    filters: [
      'name',
      'status',
      'metadata',
      'bootable',
      'migration_status',
      'availability_zone',
      'group_id',
      'size',
      'created_at',
      'updated_at',
      'consumes_quota',
    ],
  },
  { resource: 'backup', filters: ['name', 'status', 'volume_id'] },
  {
    resource: 'snapshot',
    filters: ['name', 'status', 'volume_id', 'metadata', 'availability_zone', 'consumes_quota'],
  },
  { resource: 'group', filters: ['name'] },
  { resource: 'group_snapshot', filters: ['name', 'status', 'group_id'] },
  { resource: 'attachment', filters: ['volume_id', 'status', 'instance_id', 'attach_status'] },
  {
    resource: 'message',
    filters: ['resource_uuid', 'resource_type', 'event_id', 'request_id', 'message_level'],
  },
  { resource: 'pool', filters: ['name', 'volume_type'] },
  { resource: 'volume_type', filters: ['is_public', 'extra_specs'] },
] as const;

/** By which keys the list of a noun can be filtered by everybody. */
export function filtersOf(resource: (typeof resourceFilters)[number]['resource']): string[] {
  return resourceFilters.flatMap((row) => (row.resource === resource ? [...row.filters] : []));
}
