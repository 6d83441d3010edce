// All data sources, and the two calls that Terraform makes about one. Invariant: everything comes
// from the catalogues; whatever goes wrong is a diagnostic, never an exception.
import { lookupAdapters } from '../../lookups/lookups';
import type {
  Diagnostic,
  ReadDataSource_Request,
  ReadDataSource_Response,
  ValidateDataResourceConfig_Request,
  ValidateDataResourceConfig_Response,
} from '../protocol/generated/tfplugin6';
import type { Call } from '../protocol/methods';
import type { Life } from '../resources/life';
import { resourceFaces } from '../schema/resource-face';
import { errorDiagnostic, failureDiagnostic, warningDiagnostic } from '../values/diagnostics';
import { decodeValue, encodeValue } from '../values/dynamic-value';
import { objectOf } from '../values/tf-value';
import type { DataSource } from './data-source';
import { lookupSource } from './lookup-source';
import { manyThings } from './many-things';
import { oneThing } from './one-thing';

/** The calls about one data source. */
export interface DataSourceMethods {
  validate(
    request: ValidateDataResourceConfig_Request,
  ): Promise<ValidateDataResourceConfig_Response>;
  read(request: ReadDataSource_Request, call: Call): Promise<ReadDataSource_Response>;
}

let sources: readonly DataSource[] | null = null;

/** Every data source: for each noun one thing and many, then the lookups. Made once. */
export function dataSources(): readonly DataSource[] {
  sources ??= [
    ...resourceFaces().flatMap((face) => [oneThing(face), manyThings(face)]),
    ...lookupAdapters().map(lookupSource),
  ];
  return sources;
}

/** The calls about `source` in the provider's `life`. */
export function dataSourceMethods(source: DataSource, life: Pick<Life, 'open'>): DataSourceMethods {
  return {
    validate: async ({ config }) => {
      try {
        const problems = source.problems(objectOf(decodeValue(config)));
        return { diagnostics: problems.map(({ path, reason }) => invalid(source, path, reason)) };
      } catch (error) {
        return { diagnostics: [failureDiagnostic(error, `Cannot check ${source.subject}`)] };
      }
    },
    read: async ({ config }, call) => {
      const warnings: Diagnostic[] = [];
      const warn = (detail: string) => {
        warnings.push(warningDiagnostic({ summary: `About ${source.subject}`, detail }));
      };
      try {
        const session = await life.open(call, warn);
        const state = await source.read(session, objectOf(decodeValue(config)));
        return { state: encodeValue(state), diagnostics: warnings };
      } catch (error) {
        const failure = failureDiagnostic(error, `Cannot look up ${source.subject}`);
        return { state: undefined, diagnostics: [...warnings, failure] };
      }
    },
  };
}

function invalid(
  source: DataSource,
  path: Parameters<typeof errorDiagnostic>[0]['path'],
  reason: string,
) {
  const detail = /[.!?]$/.test(reason) ? reason : `${reason}.`;
  return errorDiagnostic({ summary: `Invalid look-up of ${source.subject}`, detail, path });
}
