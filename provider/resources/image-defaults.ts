// What follows from an image's file: its digest, by which changed content is seen, and its format.
// Invariant: a format is taken from the file's name, never guessed from its bytes.
import { extname, isAbsolute } from 'node:path';
import type { Defaults, Failure, Values, Written } from './adapter';
import { fileDigest } from './file-digest';
import { reasonOf } from './refusal';
import { stringOf } from './wire-values';

const formats: Readonly<Record<string, string>> = {
  '.qcow2': 'qcow2',
  '.vmdk': 'vmdk',
  '.vhd': 'vhd',
  '.vhdx': 'vhdx',
  '.vdi': 'vdi',
  '.iso': 'iso',
};

/**
 * Format and, for a file, the digest of its content. A file that cannot be read, or whose content
 * is not that of a digest given with it, is a failure.
 */
export async function imageDefaults(written: Written): Promise<Defaults> {
  const { news, isUnknown } = written;
  if (isUnknown(news['filePath'])) {
    const contentSha512 = news['contentSha512'] ?? news['filePath'];
    return { values: { contentSha512 }, failures: [] };
  }
  const filePath = stringOf(news['filePath']);
  if (filePath === undefined) {
    const isMade = news['volumeId'] !== undefined;
    return { values: isMade ? formatOf(news, 'raw') : {}, failures: [] };
  }
  const format = formatOf(news, formats[extname(filePath).toLowerCase()] ?? 'raw');
  try {
    const sha512 = await fileDigest(filePath, process.cwd());
    const given = stringOf(news['contentSha512']);
    const failures =
      given === undefined || given === sha512 ? [] : [otherContent(filePath, sha512)];
    return { values: { ...format, contentSha512: sha512 }, failures };
  } catch (error) {
    const reason = `filePath ${filePath} cannot be read: ${whyUnreadable(filePath, error)}`;
    return { values: format, failures: [{ property: 'filePath', reason }] };
  }
}

function formatOf(news: Values, usual: string): Values {
  return {
    diskFormat: news['diskFormat'] ?? usual,
    containerFormat: news['containerFormat'] ?? 'bare',
  };
}

function whyUnreadable(filePath: string, error: unknown): string {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  const code = isCoded ? String(error.code) : '';
  const where = isAbsolute(filePath) ? '' : ` in ${process.cwd()}`;
  if (code === 'ENOENT') return `there is no such file${where}`;
  return code === 'EACCES' ? 'its permissions do not allow it' : reasonOf(error);
}

function otherContent(filePath: string, sha512: string): Failure {
  const reason =
    `contentSha512 is not that of ${filePath}, whose content has ${sha512}. ` +
    'Leave it out, or name the right file.';
  return { property: 'contentSha512', reason };
}
