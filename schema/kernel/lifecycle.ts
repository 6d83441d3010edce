// One table a noun: which operation may start in which status, which statuses it passes, and where
// it ends. The engine admits, refuses and recovers by it, the client waits by it, the documents
// draw it. Invariant: a transient status belongs to exactly one operation
// (test/laws/lifecycles.test.ts).

/** The place to go back to: the status in which the operation was started. */
export const origin = '(origin)';

/** Any status at all, where an operation may be forced. */
export const any = '(any)';

/** What a status means and whether things rest in it. */
export interface StatusRow {
  readonly meaning: string;
  /**
   * `stable`: rests; `transient`: an operation is at work; `held`: somebody else holds it until
   * they say otherwise (a compute service, a transfer); `final`: the thing is gone.
   */
  readonly kind: 'stable' | 'transient' | 'held' | 'final';
}

/** One operation: a row of the table. */
export interface OperationRow<S extends string> {
  /** Statuses in which it may start; empty for an operation that brings the thing into being. */
  readonly from: readonly S[];
  /** Further statuses in which it may start when the caller forces it. */
  readonly fromForced?: readonly S[] | typeof any;
  /** Further statuses in which it may start from an API microversion on. */
  readonly fromSince?: { readonly version: string; readonly from: readonly S[] };
  /**
   * The transient statuses that it owns, in their order; the first is set at admission. Empty for
   * an operation that is done as soon as it is admitted.
   */
  readonly via: readonly S[];
  /** Transient statuses of other operations that may be seen while this one runs. */
  readonly alsoVia?: readonly S[];
  readonly done: readonly S[] | typeof origin;
  readonly failed: S | typeof origin;
  /** The authority for this row. */
  readonly source: string;
}

/** A lifecycle as it is written down in schema/lifecycles. */
export interface Lifecycle<S extends string = string, O extends string = string> {
  readonly noun: string;
  readonly statuses: Readonly<Record<S, StatusRow>>;
  readonly operations: Readonly<Record<O, OperationRow<S>>>;
}

/** Declares a lifecycle; a misspelt status or operation is a compile error. */
export function lifecycle<const S extends string, const O extends string>(table: {
  noun: string;
  statuses: Record<S, StatusRow>;
  operations: Record<O, OperationRow<NoInfer<S>>>;
}): Lifecycle<S, O> {
  return table;
}

/** Statuses in which `row` may start for a caller at microversion `version`, forced or not. */
export function startsIn<S extends string>(
  table: Lifecycle<S>,
  row: OperationRow<S>,
  caller: { forced?: boolean; version?: string } = {},
): readonly S[] {
  const forced = row.fromForced ?? [];
  if (caller.forced && forced === any) return allStatuses(table);
  const since = row.fromSince;
  return [
    ...row.from,
    ...(caller.forced ? (forced as readonly S[]) : []),
    ...(since && caller.version && isAtLeast(caller.version, since.version) ? since.from : []),
  ];
}

/** Where a started operation may end well, for a thing that was in `from` when it began. */
export function endsIn<S extends string>(row: OperationRow<S>, from: S): readonly S[] {
  return row.done === origin ? [from] : row.done;
}

/** Where a failed operation leaves the thing, which was in `from` when it began. */
export function failsIn<S extends string>(row: OperationRow<S>, from: S): S {
  return row.failed === origin ? from : row.failed;
}

/** The one operation that owns a transient `status`; undefined for stable and unknown ones. */
export function ownerOf(table: Lifecycle, status: string): string | undefined {
  return Object.keys(table.operations).find((name) => table.operations[name]?.via.includes(status));
}

/** Every status of the table, in the order in which they are written. */
export function allStatuses<S extends string>(table: Lifecycle<S>): readonly S[] {
  return Object.keys(table.statuses) as S[];
}

/** Compares two microversions such as 3.9 and 3.42 by their numbers. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minMajor = 0, minMinor = 0] = minimum.split('.').map(Number);
  return major === minMajor ? minor >= minMinor : major > minMajor;
}
