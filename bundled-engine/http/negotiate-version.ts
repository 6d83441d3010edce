// Microversions of Block Storage: which one a request asks for by its OpenStack-API-Version header.
// Invariant: the bounds here are those that the discovery document advertises. Rules of
// cinder/api/openstack/api_version_request.py: none means 3.0, latest the highest.
import { httpFaults } from './http-faults';

/** Lowest microversion served. */
export const lowestVersion = '3.0';

/** Highest microversion served. */
export const highestVersion = '3.70';

/** A negotiated microversion: `text` 3.70, `minor` 70. */
export interface Microversion {
  readonly text: string;
  readonly minor: number;
}

const initial: Microversion = { text: lowestVersion, minor: 0 };
const highest: Microversion = { text: highestVersion, minor: minorOf(highestVersion) };
const known = new Map<string, Microversion>();

/** The version that a header asks for. Fails with 400 for a malformed, 406 for an unserved one. */
export function negotiateVersion(header: string | undefined): Microversion {
  if (header === undefined) return initial;
  const seen = known.get(header);
  if (seen) return seen;
  const negotiated = parse(header);
  // Clients send a handful of different headers; a bound keeps a hostile one from filling memory.
  if (known.size < 100) known.set(header, negotiated);
  return negotiated;
}

/** What a header asks for as it stands, to be echoed with a refusal; undefined where malformed. */
export function askedVersion(header: string | undefined): string | undefined {
  const asked = wanted(header ?? '');
  return asked !== undefined && isWellFormed(asked) ? asked : undefined;
}

function parse(header: string): Microversion {
  const asked = wanted(header);
  if (asked === undefined) return initial;
  if (asked === 'latest') return highest;
  if (!isWellFormed(asked)) throw httpFaults.versionMalformed({ asked });
  const minor = minorOf(asked);
  if (!asked.startsWith('3.') || minor > highest.minor) {
    throw httpFaults.versionUnsupported({
      asked,
      lowest: lowestVersion,
      highest: highestVersion,
    });
  }
  return { text: asked, minor };
}

/** The header may name several services, as in `volume 3.70, compute 2.1`. */
function wanted(header: string): string | undefined {
  for (const part of header.split(',')) {
    const [service, ...rest] = part.trim().split(/\s+/);
    if (service?.toLowerCase() === 'volume') return rest.join(' ');
  }
  return undefined;
}

function isWellFormed(version: string): boolean {
  return /^[1-9]\d{0,8}\.([1-9]\d{0,8}|0)$/.test(version);
}

function minorOf(version: string): number {
  return Number(version.slice(version.indexOf('.') + 1));
}
