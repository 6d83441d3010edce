// An exported backup record: base64 over JSON under Cinder's names (cinder/objects/backup.py
// encode_record, decode_record), with what this engine alone knows under driver_info. Invariant:
// what decodes is bounded and of the right kinds; whether the target has the bytes is asked later.
import { z } from 'zod';
import { backupRecordFaults } from '../../../schema/transfer-faults';
import { largestInteger } from '../../../schema/wire/shapes';
import { backupService } from '../../operations/admission/import-backup-record';
import type { ImportedRecord } from '../../operations/admission/import-backup-record';
import { savedVolumeShape } from '../../operations/saved-volume';
import type { Backup } from '../../records/rows/backup-row';

/** The volume of a backup that does not tell it (cinder/backup/api.py IMPORT_VOLUME_ID). */
const noVolume = '00000000-0000-0000-0000-000000000000';

const id = z.guid().transform((text) => text.toLowerCase());
const words = z.string().max(255).nullish();

/** A time in whatever zone, in the form that records have: UTC with microseconds. */
const moment = z.string().transform((text, context) => {
  const date = new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
  if (Number.isNaN(date.getTime())) {
    context.issues.push({ code: 'custom', message: 'not a time', input: text });
    return z.NEVER;
  }
  const fraction = /\.(\d{1,6})/.exec(text)?.[1] ?? '';
  return `${date.toISOString().slice(0, 19)}.${fraction.padEnd(6, '0')}`;
});

const recordShape = z.looseObject({
  id,
  size: z.int().min(1).max(largestInteger),
  volume_id: id.nullish(),
  parent_id: id.nullish(),
  snapshot_id: id.nullish(),
  display_name: words,
  display_description: words,
  container: words,
  data_timestamp: moment.nullish(),
  metadata: z.record(z.string().max(255), z.string().max(255)).nullish(),
  driver_info: z.looseObject({ backup_id: id.optional(), volume: z.unknown() }).nullish(),
});

const expectations: Readonly<Record<string, string>> = {
  id: 'a uuid',
  size: 'a whole number of GiB from 1 on',
  data_timestamp: 'a time',
  metadata: 'pairs of text',
  driver_info: 'what this engine exported',
};

/** The record of a backup, as export_record gives it. */
export function encodeRecord(backup: Backup): { backup_service: string; backup_url: string } {
  const record = {
    id: backup.id,
    user_id: backup.userId,
    project_id: backup.projectId,
    volume_id: backup.volumeId,
    snapshot_id: backup.snapshotId,
    parent_id: backup.parentId,
    status: backup.status,
    size: backup.sizeGib,
    display_name: backup.name,
    display_description: backup.description,
    availability_zone: backup.availabilityZone,
    container: backup.container,
    service: backupService,
    service_metadata: null,
    object_count: backup.objectCount,
    data_timestamp: backup.dataTimestamp,
    created_at: backup.createdAt,
    metadata: backup.metadata,
    driver_info: { backup_id: backup.id, volume: backup.volumeData },
  };
  const url = Buffer.from(JSON.stringify(record)).toString('base64');
  return { backup_service: backupService, backup_url: url };
}

/** Reads a record. Fails with 400, naming what is wrong with it. */
export function decodeRecord(text: string): ImportedRecord {
  const found = parsedJson(text);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) {
    throw backupRecordFaults.recordUnparsable({});
  }
  if (!('id' in found)) throw backupRecordFaults.recordLacksId({});
  if (!('size' in found)) throw backupRecordFaults.recordLacksSize({});
  const parsed = recordShape.safeParse(found);
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? 'form');
    const expected = expectations[field] ?? 'null or text of at most 255 characters';
    throw backupRecordFaults.recordInvalid({ field, expected });
  }
  const record = parsed.data;
  const volume = savedVolumeShape.safeParse(record.driver_info?.volume);
  return {
    id: record.id,
    bytesId: record.driver_info?.backup_id ?? record.id,
    volumeId: record.volume_id ?? noVolume,
    sizeGib: record.size,
    parentId: record.parent_id ?? null,
    snapshotId: record.snapshot_id ?? null,
    dataTimestamp: record.data_timestamp ?? null,
    described: {
      name: record.display_name ?? null,
      description: record.display_description ?? null,
      container: record.container ?? null,
      metadata: record.metadata ?? {},
    },
    volumeData: volume.success ? volume.data : null,
  };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch (error) {
    throw backupRecordFaults.recordUnparsable({}, error);
  }
}
