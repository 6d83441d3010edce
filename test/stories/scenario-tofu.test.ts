// The table of scenarios over the real tofu.
import { describeScenarios } from '../support/scenario-runner';
import { TerraformFace } from '../support/scenario-terraform';
import { describeWithTools } from '../support/terraform-tools';

describeWithTools(
  'with tofu',
  (tool) => describeScenarios((env) => TerraformFace.make(tool, env)),
  ['tofu'],
);
