// What reconciliation needs to know about one noun: how it is seen, found, made, altered and
// removed on the service. Invariant: every method may be repeated; none of them decides what ought
// to be done, for that is decided once for all nouns in reconcile.ts.
import type { ResourceModel } from '../../schema/kernel/describe';
import type { Connection } from '../client/connection';

/** Values of inputs or outputs by field name. Absent and undefined mean the same. */
export type Values = Readonly<Record<string, unknown>>;

/** A thing as the service has it now. */
export interface Observed {
  readonly id: string;
  /** Live status; `available` for nouns that have none. */
  readonly status: string;
  /** The service's own reason for a failure, where the thing itself carries one. */
  readonly failReason?: string | null | undefined;
  /** Live values of inputs whose home is the service; undefined where it does not tell. */
  readonly inputs: Values;
  readonly outputs: Values;
  /** Other ways to write a value of `inputs` (a type's id for its name). */
  readonly spellings?: Readonly<Record<string, readonly string[]>>;
  /** The marker that it still carries: it has not been reported to a tool's state yet. */
  readonly marker: string | null;
  /** Status to which an operation at work brings it back: in-use where it is attached. */
  readonly restStatus?: string;
}

/** The surroundings of one reconciliation. */
export interface Scope {
  readonly connection: Connection;
  readonly signal: AbortSignal;
  /** When all of it must have ended, in milliseconds since 1970. */
  readonly deadlineMs: number;
  /** Whether another create of this process holds the thing `id` already. */
  readonly isClaimed?: (id: string) => boolean;
}

/** A change of an existing thing: its live state, and what is wanted. */
export interface Change {
  readonly observed: Observed;
  readonly desired: Values;
  /** Names of the aspect's fields that differ. */
  readonly fields: readonly string[];
  /** Keys of maps that were the user's own and are no longer wanted, by field. */
  readonly dropped: Readonly<Record<string, readonly string[]>>;
}

/** Fields that are altered together, by one kind of call. */
export interface Aspect {
  readonly fields: readonly string[];
  /** Makes them as desired and waits until they are. Repeatable. */
  readonly apply: (scope: Scope, change: Change) => Promise<void>;
}

/** What a user wrote, now and before. */
export interface Written {
  readonly news: Values;
  readonly olds: Values;
  /** Whether a value, or a part of it, is not known yet. */
  readonly isUnknown: (value: unknown) => boolean;
}

/** One refused field. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** What follows from what a user wrote. */
export interface Defaults {
  readonly values: Values;
  readonly failures: readonly Failure[];
}

/** What one noun can do. */
export interface Adapter {
  readonly model: ResourceModel;
  /** Fields altered in place that a half-made thing must nevertheless share to be taken over. */
  readonly determining: readonly string[];
  /** Fields that no two things may share, so that the old one must go before a new one is made. */
  readonly unique: readonly string[];
  /** Bounds in minutes, by verb, where the usual ones are too short for this noun. */
  readonly usualMinutes?: Readonly<
    Partial<Record<'create' | 'update' | 'delete' | 'read', number>>
  >;
  /**
   * Values that follow from what the user wrote, or were found out about it (the digest of a file).
   * No call to the service.
   */
  defaults?(written: Written): Promise<Defaults>;
  /** The thing with this id; null when the service knows none. */
  observe(scope: Scope, id: string): Promise<Observed | null>;
  /** Things that carry `marker`. */
  find(scope: Scope, marker: string, inputs: Values): Promise<readonly Observed[]>;
  /** Asks for the thing and returns its id as soon as there is one, without waiting further. */
  create(scope: Scope, inputs: Values, marker: string): Promise<string>;
  /** Does what is left until the thing is at rest: waits, uploads bytes. Throws where it failed. */
  settle(scope: Scope, observed: Observed, inputs: Values): Promise<Observed | null>;
  /** Takes the marker off. */
  unmark(scope: Scope, observed: Observed, inputs: Values): Promise<void>;
  /** In the order in which they are applied. */
  readonly aspects: readonly Aspect[];
  /** Removes the thing and waits until it is gone. */
  remove(scope: Scope, observed: Observed, inputs: Values): Promise<void>;
  /**
   * All things of this noun that the caller may see, page by page. `hints` are values of fields
   * that the service may narrow by where it can; whoever asks compares again.
   */
  list(scope: Scope, hints: Values): AsyncIterable<Observed>;
  /** What a thing with these inputs takes from the project's quota, by resource of the quota. */
  quotaUse?(inputs: Values): QuotaUse;
}

/** Amounts by the service's own names of what it limits: `{ volumes: 1, gigabytes: 10 }`. */
export type QuotaUse = Readonly<Partial<Record<QuotaName, number>>>;

/** What a project's quota limits and `limits` tells the use of. */
export type QuotaName = 'volumes' | 'gigabytes' | 'snapshots' | 'backups' | 'backup_gigabytes';

/** The first of `found` that no other create of this process holds. */
export function firstUnclaimed<T extends { readonly id: string }>(
  scope: Scope,
  found: readonly T[],
): T | undefined {
  return found.find(({ id }) => !scope.isClaimed?.(id));
}

/** Milliseconds that a wait may still take in `scope`; at least one. */
export function remainingMs(scope: Scope): number {
  return Math.max(1, scope.deadlineMs - Date.now());
}
