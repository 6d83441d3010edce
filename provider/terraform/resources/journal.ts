// What this folder's runs have made and no state is known to hold yet. A thing loses its mark when
// its create is answered; a Terraform that is killed before it has written its state then knows
// nothing of it, and the next run finds it here. Invariant: an entry is gone once a state is seen
// to hold the thing, or once the run that made it has ended in order; nothing depends on an entry
// being there.
import { unlinkSync } from 'node:fs';
import { mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The entries of one folder, as one process sees and makes them. */
export class Journal {
  readonly #folder: string;
  readonly #own = new Set<string>();
  #entries: Promise<Map<string, string>> | null = null;

  /** `folder` is made when the first entry is. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Notes that the thing `id` was made for `marker`. Never throws: it is a help, not a need. */
  async add(marker: string, id: string): Promise<void> {
    const entries = await this.#load();
    entries.set(id, marker);
    this.#own.add(id);
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(this.#fileOf(id), marker);
    } catch {
      // A folder that cannot be written to leaves the marks alone to find things again.
    }
  }

  /** Things made for `marker` of which no state is known to hold them. */
  async idsOf(marker: string): Promise<string[]> {
    const entries = await this.#load();
    return [...entries].filter(([, held]) => held === marker).map(([id]) => id);
  }

  /** A state holds the thing `id`. Repeatable; never throws. */
  async confirm(id: unknown): Promise<void> {
    if (typeof id !== 'string') return;
    const entries = await this.#load();
    if (!entries.delete(id)) return;
    this.#own.delete(id);
    await unlink(this.#fileOf(id)).catch(() => undefined);
  }

  /** The run ends in order: what it made is in its state. Synchronous, for the end of a process. */
  settle(): void {
    for (const id of this.#own) {
      try {
        unlinkSync(this.#fileOf(id));
      } catch {
        // It is gone already, or was never there.
      }
    }
    this.#own.clear();
  }

  #load(): Promise<Map<string, string>> {
    this.#entries ??= this.#read();
    return this.#entries;
  }

  async #read(): Promise<Map<string, string>> {
    const names = await readdir(this.#folder).catch(() => []);
    const pairs = names.map(async (name) => {
      const marker = await readFile(join(this.#folder, name), 'utf8').catch(() => '');
      return [decodeURIComponent(name), marker] as const;
    });
    return new Map(await Promise.all(pairs));
  }

  #fileOf(id: string): string {
    return join(this.#folder, encodeURIComponent(id));
  }
}
