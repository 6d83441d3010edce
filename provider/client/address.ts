// Completes a service's address: which version of the API, and for block storage the project. Pure
// but for one discovery where the address names no version at all.
import { clientFaults } from '../../schema/client-faults';
import type { ServiceName } from '../../schema/wire/route';
import type { FetchDocument } from './versions';
import { listsMajor } from './versions';

/** Where calls of a service go. No slash at the end of either. */
export interface ServiceAddress {
  /** Below it are the route's paths: http://host/volume/v3/PROJECT. */
  readonly base: string;
  /** Up to the version: http://host/volume/v3. */
  readonly versioned: string;
}

/** An address as settings or catalog give it. */
export interface GivenAddress {
  readonly service: ServiceName;
  readonly url: string;
  readonly projectId: string | null;
}

/** Completes `given`. Throws versionUnknown where the service does not speak the version we do. */
export async function completeAddress(
  given: GivenAddress,
  fetch: FetchDocument,
): Promise<ServiceAddress> {
  const { service, url } = given;
  if (service === 'image') {
    const versioned = `${url.replace(/\/v\d+(\.\d+)?$/, '')}/v2`;
    return { base: versioned, versioned };
  }
  if (service === 'identity') {
    const versioned = `${url.replace(/\/v\d+(\.\d+)?$/, '')}/v3`;
    return { base: versioned, versioned };
  }
  return completeBlockStorage(given, fetch);
}

async function completeBlockStorage(
  given: GivenAddress,
  fetch: FetchDocument,
): Promise<ServiceAddress> {
  const parts = /^(.*\/v3)(\/.+)?$/.exec(given.url);
  const versioned = parts?.[1] ?? `${given.url}/v3`;
  if (!parts && !listsMajor(await fetch(`${given.url}/`), '3')) {
    throw clientFaults.versionUnknown({
      service: given.service,
      url: `${given.url}/`,
      found: 'nothing about version 3',
    });
  }
  // Before 3.67 the project is part of every path; servers of any version take it.
  const project = parts?.[2] ?? (given.projectId === null ? '' : `/${given.projectId}`);
  return { base: `${versioned}${project}`, versioned };
}
