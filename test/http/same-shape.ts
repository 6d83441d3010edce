// Compares a reply of ours with a recorded one of a real service. Invariant: names and types are
// compared, values are not; a list is compared by its first element.

/** What differs between the shape of `ours` and of `theirs`: one line each, empty where nothing. */
export function differences(ours: unknown, theirs: unknown, path = '$'): string[] {
  if (kind(ours) !== kind(theirs)) {
    const isMissing = ours === null || theirs === null;
    return isMissing ? [] : [`${path}: ${kind(ours)} here, ${kind(theirs)} there`];
  }
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    return ours.length > 0 && theirs.length > 0
      ? differences(ours[0], theirs[0], `${path}[0]`)
      : [];
  }
  if (!isObject(ours) || !isObject(theirs)) return [];
  const names = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...names].flatMap((name) => {
    const at = `${path}.${name}`;
    if (!(name in ours)) return [`${at}: not here`];
    if (!(name in theirs)) return [`${at}: not there`];
    return differences(ours[name], theirs[name], at);
  });
}

function kind(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return kind(value) === 'object';
}
