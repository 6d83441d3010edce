// A backup target that passes everything on and, on demand, fails or waits before an operation: the
// seam at which full disks, lost targets and races are played.
import { BackupError } from '../../bundled-engine/backups/backup-error';
import type { BackupTarget } from '../../bundled-engine/backups/target';

/** Operations that can be made to fail or wait. */
export type TargetOperation = 'put' | 'stage' | 'settle' | 'get' | 'has' | 'remove' | 'discard';

/** Called before each operation; what it throws, the operation throws. */
export type BeforeOperation = (operation: TargetOperation, key: string) => void | Promise<void>;

/** Wraps a target. `before` may be replaced at any time. */
export class FaultyTarget implements BackupTarget {
  readonly name: string;
  readonly inner: BackupTarget;
  before: BeforeOperation = () => undefined;

  constructor(inner: BackupTarget) {
    this.inner = inner;
    this.name = inner.name;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.before('put', key);
    await this.inner.put(key, bytes);
  }

  async stage(key: string, bytes: Uint8Array): Promise<void> {
    await this.before('stage', key);
    await this.inner.stage(key, bytes);
  }

  async settle(): Promise<void> {
    await this.before('settle', '');
    await this.inner.settle();
  }

  async get(key: string): Promise<Uint8Array | null> {
    await this.before('get', key);
    return this.inner.get(key);
  }

  async has(key: string): Promise<boolean> {
    await this.before('has', key);
    return this.inner.has(key);
  }

  async remove(key: string): Promise<void> {
    await this.before('remove', key);
    await this.inner.remove(key);
  }

  async discard(key: string): Promise<void> {
    await this.before('discard', key);
    await this.inner.discard(key);
  }

  list(prefix: string): AsyncIterable<string> {
    return this.inner.list(prefix);
  }

  usedBytes(): Promise<number> {
    return this.inner.usedBytes();
  }

  sweep(): Promise<void> {
    return this.inner.sweep();
  }
}

/** What a target says when nothing more fits. */
export function fullError(key: string): BackupError {
  return new BackupError('full', `Could not store ${key}: no space left. Free some.`);
}
