// The table of scenarios over the real Pulumi CLI.
import { notRun } from '../support/not-run';
import { pulumiBin } from '../support/pulumi-stack';
import { PulumiFace } from '../support/scenario-pulumi';
import { describeScenarios } from '../support/scenario-runner';

if (pulumiBin) {
  describe('with Pulumi', () => {
    describeScenarios((env) => PulumiFace.make(env));
  });
} else {
  notRun('the scenarios with Pulumi', 'no Pulumi CLI: run them through npm test');
}
