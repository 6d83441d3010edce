// Creates that are noted in the journal, and that look there for what a killed run has made.
// Invariant: the reconciler decides as ever; it is only shown what it could not find by its mark.
import type { Session } from '../../reconcile';
import { Claims } from '../../reconcile-claims';
import type { Adapter, Observed } from '../../resources/adapter';
import { isFailed } from '../../resources/settle';
import type { Journal } from './journal';

/** `adapter` and `session` for one create, with the journal behind them. */
export function journaled(
  journal: Journal,
  given: { readonly adapter: Adapter; readonly session: Session },
): { readonly adapter: Adapter; readonly session: Session } {
  const { adapter, session } = given;
  const find: Adapter['find'] = async (scope, marker, inputs) => {
    const found = await adapter.find(scope, marker, inputs);
    const ids = new Set(found.map(({ id }) => id));
    const noted = (await journal.idsOf(marker)).filter(
      (id) => !ids.has(id) && !session.claims.has(id),
    );
    const seen = await Promise.all(noted.map((id) => adapter.observe(scope, id)));
    // What broke is left alone: the reconciler removes what it is shown in error, and this one may
    // be in a state that nobody has looked at since.
    return [...found, ...seen.filter((one): one is Observed => one !== null && isUsable(one))];
  };
  return {
    adapter: { ...adapter, find },
    session: { ...session, claims: new NotedClaims(session.claims, journal) },
  };
}

function isUsable({ status }: Observed): boolean {
  return !isFailed(status);
}

/** The claims of the process, of which each new one is noted. */
class NotedClaims extends Claims {
  readonly #claims: Claims;
  readonly #journal: Journal;

  constructor(claims: Claims, journal: Journal) {
    super();
    this.#claims = claims;
    this.#journal = journal;
  }

  override has(id: string): boolean {
    return this.#claims.has(id);
  }

  override begin(marker: string, begin: () => Promise<string>): Promise<string> {
    return this.#claims.begin(marker, async () => {
      const id = await begin();
      await this.#journal.add(marker, id);
      return id;
    });
  }
}
