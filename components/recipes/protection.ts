// What is allowed but probably not meant: a protected volume that nothing protects.
import type { ProtectedVolumeProps } from './props';

/** Settings of a ProtectedVolume as far as they are known; null where it protects something. */
export function unprotectedHint(known: Partial<ProtectedVolumeProps>): string | null {
  const { finalBackup = true, preventDestroy = false, chain = [] } = known;
  if (finalBackup || preventDestroy || chain.length > 0) return null;
  return (
    'nothing protects this volume: it has no backups, none is made before it goes, and it may be ' +
    'removed. Give a chain, or leave finalBackup at true'
  );
}
