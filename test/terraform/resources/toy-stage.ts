// A toy noun on a cloud in memory, under Terraform's own rules: what tests of hardship stand on.
import { describeResource } from '../../../schema/kernel/describe';
import type { Diagnostic } from '../../../provider/terraform/protocol/generated/tfplugin6';
import { resourceMethods } from '../../../provider/terraform/resources/resource-methods';
import type { ResourceFace } from '../../../provider/terraform/schema/resource-face';
import { faceOf } from '../../../provider/terraform/schema/resource-face';
import { Refused, TerraformCore } from '../../support/terraform-core';
import { FakeCloud } from './fake-cloud';
import { vault } from './toy-resources';

const model = describeResource(vault);

/** The cloud, and a resource of it in a state of its own. */
export interface ToyStage {
  readonly cloud: FakeCloud;
  readonly core: TerraformCore;
  readonly face: ResourceFace;
  /** Another resource in another state, on the same cloud. */
  another(): TerraformCore;
}

/** A new stage, on a cloud that does not tell what it was given for the fields in `untold`. */
export function toyStage(untold: readonly string[] = []): ToyStage {
  const cloud = new FakeCloud(model, {}, untold);
  const face = faceOf(cloud.adapter);
  const another = () => new TerraformCore(face, resourceMethods(face, cloud.life()));
  return { cloud, face, core: another(), another };
}

/** The least that a program must say of it. */
export const least = { name: 'n', size_gib: 2 };

/** What diagnostics say in full. */
export function detailsOf(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ detail }) => detail);
}

/** The refusal that `act` ends in; fails where it ends otherwise. */
export async function refusalOf(act: Promise<unknown>): Promise<Refused> {
  const error: unknown = await act.then(
    () => new Error('nothing was refused'),
    (caught: unknown) => caught,
  );
  if (error instanceof Refused) return error;
  throw error;
}
