// What the operations of one backup store share: target, guard, and two kinds of notes in the
// target. Invariant: while unreferenced chunks may lie in the target, an `unfinished/` note lies
// there too; a chunk that was once seen damaged has a `suspects/` note until it is stored anew or
// removed.
import { BackupError } from './backup-error';
import { ChunkGuard } from './chunk-guard';
import { KeyedLock } from '../host/keyed-lock';
import { decodeManifest, manifestKey, type Manifest } from './manifest';
import type { BackupTarget } from './target';

/** Shared by the operations of one store; one for each target and process. */
export interface StoreParts {
  readonly target: BackupTarget;
  readonly guard: ChunkGuard;
  /** One operation at a time for each backup. */
  readonly backups: KeyedLock;
  /** Backups that an operation of this process is making or deleting now. */
  readonly underWay: Set<string>;
  /** Hashes (hex) of chunks seen damaged; a backup that holds such bytes stores them anew. */
  suspects(): Promise<Set<string>>;
}

/** Parts over a target. Nothing is read until the first operation. */
export function storeParts(target: BackupTarget): StoreParts {
  let suspects: Promise<Set<string>> | undefined;
  return {
    target,
    guard: new ChunkGuard(),
    backups: new KeyedLock(),
    underWay: new Set(),
    suspects() {
      suspects ??= readSuspects(target).catch((error: unknown) => {
        suspects = undefined;
        throw error;
      });
      return suspects;
    },
  };
}

async function readSuspects(target: BackupTarget): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const key of target.list('suspects/')) found.add(key.slice('suspects/'.length));
  return found;
}

/** Remembers a damaged chunk, for good. Repeatable. */
export async function noteSuspect(parts: StoreParts, hash: Buffer): Promise<void> {
  const name = hash.toString('hex');
  const suspects = await parts.suspects();
  suspects.add(name);
  await parts.target.put(`suspects/${name}`, Buffer.from('1'));
}

/**
 * Forgets a damaged chunk that was stored anew or removed. Repeatable; cheap where none is noted.
 */
export async function clearSuspect(parts: StoreParts, hash: Buffer): Promise<void> {
  const name = hash.toString('hex');
  const suspects = await parts.suspects();
  if (!suspects.has(name)) return;
  await parts.target.remove(`suspects/${name}`);
  suspects.delete(name);
}

/** Key of the note that says: backup `id` is being made or deleted, chunks may be without owner. */
export function unfinishedKey(backupId: string): string {
  return `unfinished/${backupId}`;
}

/** Ids of backups whose making or deleting was cut off by a crash or failed to clear up. */
export async function staleNotes(parts: StoreParts): Promise<string[]> {
  const stale: string[] = [];
  for await (const key of parts.target.list('unfinished/')) {
    const id = key.slice('unfinished/'.length);
    if (!parts.underWay.has(id)) stale.push(id);
  }
  return stale;
}

/** The manifest of a backup, or null where there is none; `damaged` when it cannot be used. */
export async function findManifest(parts: StoreParts, backupId: string): Promise<Manifest | null> {
  const bytes = await parts.target.get(manifestKey(backupId));
  return bytes === null ? null : decodeManifest(bytes, backupId);
}

/** The manifest of a backup; `missing` where there is none. `verb` completes "Could not ...". */
export async function readManifest(
  parts: StoreParts,
  backupId: string,
  verb: string,
): Promise<Manifest> {
  const manifest = await findManifest(parts, backupId);
  if (manifest !== null) return manifest;
  throw new BackupError(
    'missing',
    `Could not ${verb} backup ${backupId}: ${parts.target.name} has no such backup. ` +
      'Check that this is the target it was made in; if so, it was deleted.',
    { details: { backupId, key: manifestKey(backupId) } },
  );
}
