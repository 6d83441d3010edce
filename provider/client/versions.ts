// Which versions a service speaks, from its discovery document. Invariant: each service is asked
// once and remembered; a question that failed is asked again at the next need.
import { z } from 'zod';
import { clientFaults } from '../../schema/client-faults';
import type { ServiceName } from '../../schema/wire/route';

/** The lowest and highest version that a service speaks: microversions where it has them. */
export interface VersionRange {
  readonly minimum: string;
  readonly maximum: string;
}

const entryShape = z.looseObject({
  id: z.string(),
  status: z.string().nullish(),
  version: z.string().nullish(),
  min_version: z.string().nullish(),
});

// One version's document, a list of versions, and Keystone's own form of a list.
const documentShape = z.union([
  z.looseObject({ version: entryShape }).transform(({ version }) => [version]),
  z.looseObject({ versions: z.array(entryShape) }).transform(({ versions }) => versions),
  z
    .looseObject({ versions: z.looseObject({ values: z.array(entryShape) }) })
    .transform(({ versions }) => versions.values),
]);

/** Fetches `url` with a token and gives its JSON; null where it has none to give. */
export type FetchDocument = (url: string) => Promise<unknown>;

/** Everything that is needed to ask a service. */
export interface VersionQuestion {
  readonly service: ServiceName;
  /** The service's address up to its version: http://host/volume/v3 or http://host/image/v2. */
  readonly versionedUrl: string;
  readonly fetch: FetchDocument;
}

/** Asks the service. Throws versionUnknown where nothing like a version comes back. */
export async function discoverVersions(question: VersionQuestion): Promise<VersionRange> {
  const { service, versionedUrl } = question;
  const major = /\/v(\d+)$/.exec(versionedUrl)?.[1] ?? '';
  const root = `${versionedUrl.replace(/\/v\d+$/, '')}/`;
  // Glance has a list at its root alone; Cinder and Keystone answer at both.
  const urls = service === 'image' ? [root] : [`${versionedUrl}/`, root];
  for (const url of urls) {
    const document = documentShape.safeParse(await question.fetch(url));
    const range = document.success ? rangeOf(document.data, major) : null;
    if (range) return range;
  }
  const found = 'something else or an error';
  throw clientFaults.versionUnknown({ service, url: urls.join(' and '), found });
}

/** Whether the unversioned `document` lists version `major`. */
export function listsMajor(document: unknown, major: string): boolean {
  const parsed = documentShape.safeParse(document);
  return parsed.success && rangeOf(parsed.data, major) !== null;
}

/** Compares 3.9 with 3.42 by their numbers: negative where `left` is the lower one. */
export function compareVersions(left: string, right: string): number {
  const [a = 0, b = 0] = left.split('.').map(Number);
  const [c = 0, d = 0] = right.split('.').map(Number);
  return a - c || b - d;
}

function rangeOf(entries: z.output<typeof documentShape>, major: string): VersionRange | null {
  const versions = entries.flatMap((entry) => {
    const id = entry.id.replace(/^v/, '');
    if (id.split('.')[0] !== major) return [];
    return [{ minimum: entry.min_version || id, maximum: entry.version || id }];
  });
  if (versions.length === 0) return null;
  const least = versions.map(({ minimum }) => minimum).sort(compareVersions)[0];
  const most = versions
    .map(({ maximum }) => maximum)
    .sort(compareVersions)
    .at(-1);
  return { minimum: least ?? major, maximum: most ?? major };
}
