// The list of volume types: who sees which, and by what they can be filtered. Facts:
// cinder/api/v3/types.py, cinder/db/sqlalchemy/api.py _process_volume_types_filters. Invariant: a
// filter tells nobody of specs that they may not see: it finds nothing instead.
import { requestFaults } from '../../../schema/faults';
import type { Parts } from '../../parts';
import type { VolumeTypeRow } from '../../records/rows/volume-type-row';
import type { Page } from '../../records/table';
import { listVolumeTypes } from '../../records/volume-types';
import type { VolumeTypeQuery } from '../../records/volume-types';
import type { RouteRequest } from '../route-request';
import { booleanWord, queryValue } from './asker-of';
import { filtersOf } from './extensions-list';
import { assertOffered, listQueryOf } from './list-params';
import type { Offers } from './list-params';
import { parsePairs } from './parse-pairs';
import { isVisibleSpec } from './type-view';

const offers: Offers<VolumeTypeRow> = {
  filters: {
    id: { column: 'id', kind: 'text' },
    name: { column: 'name', kind: 'text' },
    description: { column: 'description', kind: 'text' },
    qos_specs_id: { column: 'qosSpecsId', kind: 'nullable' },
  },
  sorts: {
    id: 'id',
    name: 'name',
    description: 'description',
    is_public: 'isPublic',
    qos_specs_id: 'qosSpecsId',
    created_at: 'createdAt',
    updated_at: 'updatedAt',
  },
};

const paging = ['limit', 'marker', 'offset', 'sort', 'sort_key', 'sort_dir'];
const own = ['is_public', 'extra_specs'];
const zonesKey = 'RESKEY:availability_zones';

/** The page that the request asks for. Fails with 400 for filters that cannot be read. */
export async function pageOfTypes(
  request: RouteRequest,
  parts: Parts,
): Promise<Page<VolumeTypeRow>> {
  const names = Object.keys(request.query).filter((name) => !paging.includes(name));
  const { isAdmin } = request.caller;
  const isStrict = request.minor >= 52;
  const isOffered = (name: string): boolean =>
    filtersOf('volume_type').includes(withoutTilde(name));
  if (!isAdmin && isStrict) assertOffered(names, names.filter(isOffered));
  // A filter by what no type has: it lets nothing through.
  const isForeign = (name: string): boolean =>
    ![...own, ...Object.keys(offers.filters)].includes(withoutTilde(name));
  const wanted = isAdmin || isStrict ? wantedSpecs(request) : {};
  const isSecret = Object.keys(wanted).some((key) => !isAdmin && !isVisibleSpec(key));
  if (isSecret || (isAdmin && names.some(isForeign))) return { rows: [], hasMore: false };
  const kept = isAdmin ? names.filter((name) => !own.includes(withoutTilde(name))) : [];
  const query = listQueryOf(withQuery(request, [...paging, ...kept]), offers);
  const filters = { ...query.filters, ...publicity(request) };
  return listVolumeTypes(parts.database, {
    ...query,
    ...specFilter(wanted),
    ...viewer(request),
    filters,
  });
}

/** What is_public says; an administrator alone may say it. Fails with 400 for what it cannot be. */
function asked(request: RouteRequest): boolean | 'all' {
  const word = request.caller.isAdmin ? (queryValue(request, 'is_public') ?? 'true') : 'true';
  if (word.toLowerCase() === 'none') return 'all';
  const isPublic = booleanWord(word);
  if (isPublic !== null) return isPublic;
  throw requestFaults.badInput({ message: `Invalid is_public filter [${word}]` });
}

/** Who asks for public types sees the private ones of their own project as well. */
function viewer(request: RouteRequest): Pick<VolumeTypeQuery, 'viewerProjectId'> {
  return { viewerProjectId: asked(request) === true ? request.caller.projectId : null };
}

function publicity(request: RouteRequest): { isPublic?: boolean } {
  return asked(request) === false ? { isPublic: false } : {};
}

function wantedSpecs(request: RouteRequest): Record<string, string> {
  const specs = queryValue(request, 'extra_specs');
  return specs === undefined ? {} : parsePairs('extra_specs', specs);
}

function specFilter(wanted: Record<string, string>): Pick<VolumeTypeQuery, 'pairs' | 'zone'> {
  const { [zonesKey]: zone, ...extraSpecs } = wanted;
  return { pairs: { extraSpecs }, ...(zone === undefined ? {} : { zone }) };
}

function withoutTilde(name: string): string {
  return name.endsWith('~') ? name.slice(0, -1) : name;
}

function withQuery(request: RouteRequest, names: readonly string[]): RouteRequest {
  const query = Object.entries(request.query).filter(([name]) => names.includes(name));
  return { ...request, query: Object.fromEntries(query) };
}
