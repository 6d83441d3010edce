// Sorts and cuts the list of what lies in a pool: it comes from a driver and not from the records,
// so neither SQL nor the other lists' rules fit it. Invariant: the marker is a whole reference, as
// JSON (cinder/volume/volume_utils.py paginate_entries_list).
import { requestFaults } from '../../../schema/faults';
import { manageFaults } from '../../../schema/move-faults';
import type { Manageable } from '../../operations/manageable-things';
import { pythonText } from '../python-text';
import type { RouteRequest } from '../route-request';
import { queryValue } from './asker-of';
import { pageSize, sortWords, wholeNumber } from './list-params';

interface Sort {
  readonly key: string;
  readonly direction: string;
}

/** The page that the query asks for. Fails with 400 for what cannot be read. */
export function manageablePage(request: RouteRequest, things: readonly Manageable[]): Manageable[] {
  const marker = queryValue(request, 'marker');
  const limit = pageSize(request);
  const offset = wholeNumber(request, 'offset') ?? 0;
  const sorts = sortsOf(request);
  const sorted = [...things].sort((a, b) => compared(a, b, sorts));
  const start = (marker ? afterMarker(sorted, marker) : 0) + offset;
  return sorted.slice(start, start + limit);
}

function sortsOf(request: RouteRequest): Sort[] {
  const { sort, key, direction } = sortWords(request);
  const asked = sort ?? `${key ?? 'reference'}:${direction ?? 'desc'}`;
  const sorts = asked.split(',').map((each) => {
    const [name = '', way = 'desc'] = each.trim().split(':');
    return { key: name.trim(), direction: way.trim() };
  });
  refuseUnknown(
    'keys',
    ['reference', 'size'],
    sorts.map((each) => each.key),
  );
  refuseUnknown(
    'dirs',
    ['asc', 'desc'],
    sorts.map((each) => each.direction),
  );
  return sorts;
}

function refuseUnknown(what: string, known: readonly string[], given: readonly string[]): void {
  const unknown = given.filter((each) => !known.includes(each));
  if (unknown.length === 0) return;
  throw manageFaults.parameterRefused({
    message: `Invalid sort ${what} passed: ${unknown.join(', ')}`,
  });
}

function compared(a: Manageable, b: Manageable, sorts: readonly Sort[]): number {
  for (const { key, direction } of sorts) {
    const order =
      key === 'size' ? a.sizeGib - b.sizeGib : a.name === b.name ? 0 : a.name < b.name ? -1 : 1;
    if (order !== 0) return direction === 'asc' ? order : -order;
  }
  return 0;
}

function afterMarker(sorted: readonly Manageable[], marker: string): number {
  const reference = parsed(marker);
  const refuse = (reason: string): Error => requestFaults.invalidInput({ reason });
  if (reference === undefined) {
    throw refuse(`marker ${marker} can not be analysed, please use json like format`);
  }
  const isSingle =
    typeof reference === 'object' && reference !== null && Object.keys(reference).length === 1;
  const name: unknown = isSingle ? Reflect.get(reference, 'source-name') : undefined;
  const at = sorted.findIndex((each) => each.name === name);
  if (at < 0) throw refuse(`marker not found: ${pythonText(reference)}`);
  return at + 1;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
