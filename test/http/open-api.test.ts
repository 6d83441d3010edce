// The engine's OpenAPI document: valid, complete, and true.
import { Validator } from '@seriousme/openapi-schema-validator';
import { openApiPath } from '../../bundled-engine/http/open-api';
import { servedTables } from '../../bundled-engine/http/block-storage/served-tables';
import { runEngine, stopEngines } from '../engine/running-engine';

afterAll(stopEngines);

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
}

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { content: { 'application/json': { schema: { oneOf?: unknown[] } } } };
  readonly 'x-openstack': { verb: string; policy: string }[];
}

async function fetched(): Promise<Document> {
  const { url } = await runEngine();
  const answer = await fetch(`${url}${openApiPath}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Document;
}

it('is told without a token, and names every route of Block Storage once', async () => {
  const { openapi, paths } = await fetched();
  expect(openapi).toBe('3.1.0');
  const operations = Object.values(paths).flatMap((place) => Object.values(place));
  const verbs = operations.flatMap((one) => one['x-openstack'].map(({ verb }) => verb));
  const served = servedTables.flatMap(({ table }) => Object.keys(table));
  expect(verbs).toEqual(expect.arrayContaining(served));
  const ids = operations.map(({ operationId }) => operationId);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
});

it('is valid', async () => {
  const result = await new Validator().validate({ ...(await fetched()) });
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
});

it('holds the actions of a thing in one operation', async () => {
  const { paths } = await fetched();
  const action = paths['/volume/v3/volumes/{id}/action']?.['post'];
  const verbs = action?.['x-openstack'].map(({ verb }) => verb);
  expect(verbs).toEqual(expect.arrayContaining(['extendVolume', 'retypeVolume']));
  expect(action?.requestBody?.content['application/json'].schema.oneOf).toHaveLength(
    verbs?.length ?? 0,
  );
});
