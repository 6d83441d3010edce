// A provider that stands for another one in a project's mirror: it has the schemas of what a state
// holds and can do nothing. The tools ask it for schemas when its state is moved to ours.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './source-tree';
import { platformName } from './terraform-project';
import type { TerraformProject } from './terraform-project';

/** Attributes of a resource type by name, as JSON types of the protocol. */
export type StandInTypes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Puts a provider with these types into the project's mirror, as `namespace/name` 1.0.0. */
export function installStandIn(
  project: TerraformProject,
  source: { readonly namespace: string; readonly name: string },
  types: StandInTypes,
): void {
  const { namespace, name } = source;
  const inMirror = join(project.tool.registry, namespace, name, '1.0.0', platformName());
  const place = join(project.home, 'mirror', inMirror);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), '{ "type": "commonjs" }\n');
  const program = join(place, `terraform-provider-${name}_v1.0.0`);
  writeFileSync(program, scriptOf(types), { mode: 0o755 });
}

function scriptOf(types: StandInTypes): string {
  const built = join(projectRoot, 'dist/provider/terraform');
  return `#!/usr/bin/env node
const { serveProvider } = require(${JSON.stringify(join(built, 'serve/serve-provider.js'))});
const messages = require(${JSON.stringify(join(built, 'protocol/generated/tfplugin6.js'))});
const types = ${JSON.stringify(types)};
const attribute = ([name, type]) => {
  return { name, type: Buffer.from(JSON.stringify(type)), optional: true, computed: true };
};
const schema = (attributes) => {
  return { version: 0, block: { attributes: Object.entries(attributes).map(attribute) } };
};
const schemas = Object.entries(types).map(([type, attributes]) => [type, schema(attributes)]);
serveProvider(async () => ({
  getProviderSchema: async () =>
    messages.GetProviderSchema_Response.fromPartial({
      provider: schema({}),
      resourceSchemas: Object.fromEntries(schemas),
    }),
  validateProviderConfig: async () => messages.ValidateProviderConfig_Response.fromPartial({}),
  configureProvider: async () => messages.ConfigureProvider_Response.fromPartial({}),
}));
`;
}
