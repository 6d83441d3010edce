// The blocks of HCL that users copy, and what an install says. Invariant: a block is valid as it is
// printed, for the version that is installed.
import { providerFolder } from './installable';
import type { Installable } from './installable';
import type { Installed } from './install-provider';
import type { Obstacle } from './obstacles';
import { programs, providerAddress, providerSource } from './plugin-folders';

/** First line of the files that `dev-overrides` writes, by which it knows them again. */
export const overridesHeading = '# Made by: cinderkit terraform dev-overrides';

/** The block that names the provider in a program. */
export function requiredProviders({ version }: Installable): string {
  return `terraform {
  required_providers {
    cinderkit = {
      source  = "${providerSource}"
      version = "${version}"
    }
  }
}
`;
}

/** CLI settings under which both programs take the provider from the package itself, unchecked. */
export function devOverrides(installable: Installable): string {
  const folder = JSON.stringify(providerFolder(installable));
  const lines = programs.map((program) => `    "${providerAddress(program)}" = ${folder}`);
  return `${overridesHeading}
provider_installation {
  dev_overrides {
${lines.join('\n')}
  }
  direct {}
}
`;
}

/** CLI settings under which both programs look into a folder of plugins. */
export function mirrorSettings(mirror: string): string {
  const addresses = programs.map((program) => `"${providerAddress(program)}"`).join(', ');
  return `provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(mirror)}
    include = [${addresses}]
  }
  direct {
    exclude = [${addresses}]
  }
}
`;
}

/** What an install says of itself. */
export function installedText(installable: Installable, installed: Installed): string {
  const isSame = installed.files.every(({ written }) => written === 'kept');
  const head = `The provider ${installable.version} ${isSame ? 'was already' : 'is'} installed:`;
  return [
    head,
    ...installed.files.map(({ file }) => `  ${file}`),
    '\nName it in a program:\n',
    requiredProviders(installable),
    `Then run terraform init, or tofu init. Node ${installable.node} must be on the PATH there.`,
  ].join('\n');
}

/** What a user should know after an install; empty when all is well. */
export function warningsOf(installed: Installed): readonly string[] {
  const warnings = obstacleTexts(installed);
  if (installed.files.some(({ written }) => written === 'replaced')) {
    warnings.push(
      'this version was installed before with other content; a project that locked it says that ' +
        'checksums do not match: remove cinderkit from its .terraform.lock.hcl and run init again',
    );
  }
  if (installed.isInNpxCache) {
    warnings.push(
      'the package lies in the cache of npx, from which it may vanish, and the engine with it; ' +
        'keep it with: npm install --save-dev cinderkit, and run npx cinderkit terraform install',
    );
  }
  return warnings;
}

/** One text a file, for both programs where both read it. */
function obstacleTexts({ obstacles, folder }: Installed): string[] {
  const alike = (one: Obstacle) =>
    obstacles.filter(({ kind, file }) => kind === one.kind && file === one.file);
  return obstacles
    .filter((one) => alike(one)[0] === one)
    .map((one) => obstacleText(alike(one), folder));
}

function obstacleText(group: readonly Obstacle[], folder: string): string {
  const who = group.map(({ program }) => program).join(' and ');
  const [{ kind, file } = { kind: 'elsewhere', file: null }] = group;
  if (kind === 'override') {
    return (
      `not used by ${who}: dev_overrides in ${file} name another folder for the provider; ` +
      'remove that line to use what was installed now'
    );
  }
  const because = file === null ? 'it is not one of their own' : `${file} names other places`;
  const where = file === null ? 'the CLI configuration' : 'its block';
  return (
    `${folder} is not looked into by ${who}, for ${because}; ` +
    `${where} has to hold:\n${mirrorSettings(folder)}`
  );
}
