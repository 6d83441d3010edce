// The table of scenarios over the real terraform.
import { describeScenarios } from '../support/scenario-runner';
import { TerraformFace } from '../support/scenario-terraform';
import { describeWithTools } from '../support/terraform-tools';

describeWithTools(
  'with terraform',
  (tool) => describeScenarios((env) => TerraformFace.make(tool, env)),
  ['terraform'],
);
