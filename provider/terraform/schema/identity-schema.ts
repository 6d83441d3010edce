// What identifies a managed thing for good: its id. Invariant: it never changes while the thing
// exists.
import type { ResourceModel } from '../../../schema/kernel/describe';
import type { ResourceIdentitySchema } from '../protocol/generated/tfplugin6';
import { typeBytes } from '../values/cty-type';

/** Version of the identity's form; it is the same for all nouns. */
export const identityVersion = 1;

/** The identity of things of `model`. */
export function identitySchema(model: ResourceModel): ResourceIdentitySchema {
  return {
    version: identityVersion,
    identityAttributes: [
      {
        name: 'id',
        type: typeBytes('string'),
        requiredForImport: true,
        optionalForImport: false,
        description: `Id of the ${model.noun.replaceAll('-', ' ')}.`,
      },
    ],
  };
}
