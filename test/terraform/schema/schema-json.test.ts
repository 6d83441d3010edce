// The committed schema is what the real terraform prints about the built provider, so that bindings
// and pages made from it are true.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../../provider/terraform/schema/schema-json';
import { schemaJson } from '../../../provider/terraform/schema/schema-json';
import { fullSchema, terraformProvider } from '../../../provider/terraform/provider';
import { projectRoot } from '../../support/source-tree';
import { TerraformProject } from '../../support/terraform-project';
import { describeWithEither } from '../../support/terraform-tools';

const address = 'registry.terraform.io/cinderkit/cinderkit';
const file = join(projectRoot, 'schema/generated/terraform-schema.json');
const committed = JSON.parse(readFileSync(file, 'utf8')) as Document;

interface Document {
  readonly format_version: string;
  readonly provider_schemas: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

describe('schema/generated/terraform-schema.json', () => {
  it('is what the definitions say', async () => {
    const call = { signal: new AbortController().signal };
    const answer = await terraformProvider().getResourceIdentitySchemas?.({}, call);
    const identities = answer?.identitySchemas ?? {};
    expect(schemaJson(address, { schema: fullSchema(), identities })).toEqual(committed);
  });
});

describeWithEither('the schema that is printed', (tool) => {
  it('is the committed one, as far as this version prints it', async () => {
    const project = new TerraformProject(tool, { provider: 'overrides' });
    try {
      project.declare({ provider: { cinderkit: {} } });
      const printed = JSON.parse(await project.must('providers', 'schema', '-json')) as Document;
      const theirs = printed.provider_schemas[`${tool.registry}/cinderkit/cinderkit`] ?? {};
      const ours = committed.provider_schemas[address] ?? {};
      expect(printed.format_version).toBe(committed.format_version);
      expect(Object.keys(theirs)).toEqual(
        expect.arrayContaining(['provider', 'resource_schemas', 'data_source_schemas']),
      );
      // Older versions print fewer parts; what they print is the same.
      for (const [part, schemas] of Object.entries(theirs)) expect(ours[part]).toEqual(schemas);
    } finally {
      await project.dispose();
    }
  });
});
