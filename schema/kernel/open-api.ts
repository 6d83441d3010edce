// An OpenAPI 3.1 document of route tables. Invariant: it says what the tables say and nothing else;
// routes that share method and path (the actions of a thing) are one operation whose body is one of
// theirs.
import { z } from 'zod';

/** The parts of a route that the document tells. */
export interface DescribedRoute {
  readonly method: string;
  readonly path: string;
  readonly action?: string;
  readonly ok: number;
  readonly since?: string;
  readonly policy: { readonly rule: string; readonly needs: string };
  readonly body?: z.ZodType;
  readonly reply?: z.ZodType;
}

/** One service: where it lies, how its refusals look, and its tables. */
export interface DescribedService {
  readonly title: string;
  readonly base: string;
  /** Header by which a microversion is asked for; null where there are none. */
  readonly versionHeader: string | null;
  /** The body of a refusal. */
  readonly fault: z.ZodType;
  readonly tables: readonly Readonly<Record<string, DescribedRoute>>[];
}

interface Named {
  readonly verb: string;
  readonly route: DescribedRoute;
}

const tokenHeader = 'X-Auth-Token';

/** The document of `services`, for a program of this version. */
export function openApi(version: string, services: readonly DescribedService[]): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'cinderkit engine',
      version,
      description: "OpenStack's Identity, Block Storage and Image APIs, as the engine serves them.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: services.map(({ title }) => ({ name: title })),
    paths: Object.assign({}, ...services.map(pathsOf)),
    components: {
      securitySchemes: { token: { type: 'apiKey', in: 'header', name: tokenHeader } },
    },
  };
}

function pathsOf(service: DescribedService): Record<string, object> {
  const groups = new Map<string, Named[]>();
  for (const [verb, route] of service.tables.flatMap((table) => Object.entries(table))) {
    const key = `${route.method} ${service.base}${route.path.replace(/\/$/, '')}`;
    groups.set(key, [...(groups.get(key) ?? []), { verb, route }]);
  }
  const paths: Record<string, Record<string, object>> = {};
  for (const [key, group] of groups) {
    const [method = '', path = ''] = key.split(' ');
    const place = path.replaceAll(/:([A-Za-z]+)/g, '{$1}') || '/';
    paths[place] = { ...paths[place], [method.toLowerCase()]: operationOf(service, group, path) };
  }
  return paths;
}

function operationOf(service: DescribedService, group: readonly Named[], path: string): object {
  const [first] = group;
  const shapes = group.flatMap(({ route }) =>
    route.body ? [jsonSchema(route.body, 'input')] : [],
  );
  const isOpen = first?.route.policy.needs === 'anyone';
  return {
    operationId: [service.title.replaceAll(' ', ''), first?.verb].join('_'),
    tags: [service.title],
    summary: group.map(({ verb }) => words(verb)).join('; '),
    security: isOpen ? [] : [{ token: [] }],
    parameters: parametersOf(service, path),
    ...(shapes.length > 0 ? { requestBody: bodyOf(shapes) } : {}),
    responses: responsesOf(service, group),
    'x-openstack': group.map(({ verb, route }) => ({
      verb,
      ...(route.action === undefined ? {} : { action: route.action }),
      ...(route.since === undefined ? {} : { since: route.since }),
      policy: route.policy.rule,
      needs: route.policy.needs,
    })),
  };
}

function parametersOf({ versionHeader }: DescribedService, path: string): object[] {
  const names = [...path.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => name);
  const inPath = names.map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1 },
  }));
  if (versionHeader === null) return inPath;
  const schema = { type: 'string', examples: ['volume 3.70'] };
  return [...inPath, { name: versionHeader, in: 'header', required: false, schema }];
}

function bodyOf(shapes: readonly object[]): object {
  const schema = shapes.length === 1 ? shapes[0] : { oneOf: shapes };
  return { required: true, content: { 'application/json': { schema } } };
}

function responsesOf(service: DescribedService, group: readonly Named[]): object {
  const codes = [...new Set(group.map(({ route }) => route.ok))];
  const good = codes.map((code) => {
    const replies = group.filter(({ route }) => route.ok === code && route.reply !== undefined);
    const shapes = replies.map(({ route: { reply } }) => reply && jsonSchema(reply, 'output'));
    const schema = shapes.length > 1 ? { anyOf: shapes } : shapes[0];
    const content = schema ? { content: { 'application/json': { schema } } } : {};
    return [String(code), { description: 'done, or taken on', ...content }] as const;
  });
  const refused = { 'application/json': { schema: jsonSchema(service.fault, 'output') } };
  return {
    ...Object.fromEntries(good),
    default: { description: 'refused, with the reason', content: refused },
  };
}

function jsonSchema(shape: z.ZodType, io: 'input' | 'output'): object {
  // What JSON cannot say (a transformed text) is any value: the engine checks it all the same.
  const { $schema: _dialect, ...schema } = z.toJSONSchema(shape, {
    target: 'draft-2020-12',
    unrepresentable: 'any',
    io,
  });
  return schema;
}

/** `createVolume` as people say it: `create volume`. */
function words(verb: string): string {
  return verb.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
}
