// The one domain that there is. Invariant: whatever belongs to a domain belongs to this one.
import type { HandlersOf } from '../serve-route';
import type { identityRoutes } from '../../../schema/wire/identity';
import { identityFaults } from './identity-faults';

/** How requests name a domain. */
export type DomainReference = { id?: string | undefined; name?: string | undefined };

/** As tokens show it. */
export const defaultDomain = { id: 'default', name: 'Default' } as const;

/**
 * Whether the default domain is meant; names are compared without regard to case, as in Keystone.
 */
export function isDefaultDomain(domain: DomainReference): boolean {
  if (domain.id !== undefined) return domain.id === defaultDomain.id;
  return domain.name?.toLowerCase() === defaultDomain.name.toLowerCase();
}

/** Refuses the id of any other domain. Fails with 404. */
export function assertDefaultDomain(id: string | null | undefined): void {
  if (id === undefined || id === null || id === defaultDomain.id) return;
  throw identityFaults.thingUnknown({ noun: 'domain', id });
}

const view = (baseUrl: string): object => ({
  ...defaultDomain,
  description: 'The default domain',
  enabled: true,
  options: {},
  tags: [],
  links: { self: `${baseUrl}/identity/v3/domains/default` },
});

type DomainRoutes = Pick<typeof identityRoutes, 'listDomains' | 'showDomain' | 'listOwnDomains'>;

/** Handlers of the routes about domains. */
export const domainHandlers: HandlersOf<DomainRoutes> = {
  listDomains: ({ baseUrl, query }) => {
    const isMeant = query['name'] === undefined || isDefaultDomain({ name: String(query['name']) });
    return {
      domains: isMeant ? [view(baseUrl)] : [],
      links: { next: null, self: `${baseUrl}/identity/v3/domains`, previous: null },
    };
  },
  showDomain: ({ baseUrl, params }) => {
    assertDefaultDomain(params['id']);
    return { domain: view(baseUrl) };
  },
  listOwnDomains: ({ baseUrl, caller }) => {
    if (caller.userId === '') throw identityFaults.notAuthenticated({});
    return {
      domains: [view(baseUrl)],
      links: { next: null, self: `${baseUrl}/identity/v3/auth/domains`, previous: null },
    };
  },
};
