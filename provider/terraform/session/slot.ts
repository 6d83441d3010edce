// Which of several provider processes with the same configuration this one is: two aliases that
// make the very same things at once must not take each other's for their own. Invariant: no two
// living processes of one folder hold the same slot; one that was killed gives its slot free.
import { randomUUID } from 'node:crypto';
import { readFileSync, unlinkSync } from 'node:fs';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf, Refusal } from '../../resources/refusal';

/** A slot that this process holds until it ends or gives it back. */
export interface Slot {
  readonly name: string;
  /** Gives it back. Repeatable. */
  release(): void;
}

/** What slots are taken for. */
export interface SlotRequest {
  /** The folder that holds `.cinderkit`. */
  readonly projectFolder: string;
  /** Digest of the provider's configuration. */
  readonly digest: string;
}

const most = 1000;

/** How file systems without links refuse one. */
const linkless: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Takes the first slot that no living process holds. Throws where the folder is not writable. */
export async function takeSlot({ projectFolder, digest }: SlotRequest): Promise<Slot> {
  const folder = join(projectFolder, '.cinderkit', 'slots');
  const own = join(folder, `.${randomUUID()}`);
  const word = wordOf(process.pid);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(own, word, { flag: 'wx' });
    for (let n = 0; n < most; n += 1) {
      const name = `${digest}-${n}`;
      const file = join(folder, name);
      if ((await isTaken(file, own)) || (await isFreed(file, own))) return held(name, file);
    }
  } catch (error) {
    throw new Refusal(
      `Cannot keep ${folder}, which tells providers that run at once apart: ${reasonOf(error)}. ` +
        'Make the folder writable.',
    );
  } finally {
    await unlink(own).catch(() => undefined);
  }
  throw new Refusal(`Cannot take a place in ${folder}: ${most} processes hold one already.`);
}

/** Linking is atomic, and the file has its holder's word from its first moment on. */
async function isTaken(file: string, own: string): Promise<boolean> {
  try {
    await link(own, file).catch(async (error: unknown) => {
      if (!linkless.has(codeOf(error))) throw error;
      await writeFile(file, wordOf(process.pid), { flag: 'wx' });
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes the slot over from a process that has ended. One taker at a time may look and remove, for
 * another's fresh hold must not be taken for the old one. A taker that is killed meanwhile leaves
 * the slot out of use, which harms nobody.
 */
async function isFreed(file: string, own: string): Promise<boolean> {
  if (isAlive(await wordIn(file))) return false;
  const taking = `${file}.taking`;
  if (!(await isTaken(taking, own))) return false;
  try {
    const word = await wordIn(file);
    if (isAlive(word)) return false;
    // Where there is none by now, what comes next may be another's fresh hold.
    if (word !== null) await unlink(file).catch(ifGone);
    return await isTaken(file, own);
  } finally {
    await unlink(taking).catch(ifGone);
  }
}

async function wordIn(file: string): Promise<string | null> {
  return (await readFile(file, 'utf8').catch(ifGone)) ?? null;
}

function ifGone(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** Files of all slots that this process holds; one listener gives them back at its end. */
const heldFiles = new Set<string>();

function giveBackAll(): void {
  for (const file of heldFiles) giveBack(file);
}

function giveBack(file: string): void {
  if (!heldFiles.delete(file)) return;
  try {
    unlinkSync(file);
  } catch {
    // It is gone already, and that is what is wanted.
  }
}

function held(name: string, file: string): Slot {
  if (heldFiles.size === 0) {
    process.off('exit', giveBackAll);
    process.once('exit', giveBackAll);
  }
  heldFiles.add(file);
  return { name, release: () => giveBack(file) };
}

/** A process by its number and, where the system tells, its start: numbers are used again. */
function wordOf(pid: number): string {
  return `${pid} ${startOf(pid)}`;
}

function isAlive(word: string | null): boolean {
  // An empty word is being written by a process that could not link.
  if (word === null || word === '') return word === '';
  const [text = '', start = ''] = word.split(' ');
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  return start === '' || start === startOf(pid);
}

/** Start of a process in the kernel's ticks (proc(5): field 22 of stat); empty where unknown. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
