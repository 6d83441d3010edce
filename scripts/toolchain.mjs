// The toolchain's command line: gets the tools that stories and examples need, and says where each
// came from. Invariants: exit codes are 0 ok, 2 wrong use, 3 a required tool is missing, 4 a build
// failed; what is for people goes to stderr, what is for programs (--json, --print-env) to stdout.

import { parseArgs } from 'node:util';
import { ensureCdkCli } from './toolchain/cdk-clis.mjs';
import { ToolchainFailure, exitCodes } from './toolchain/failure.mjs';
import { ensurePulumi, pulumiWays } from './toolchain/pulumi.mjs';
import { createReport } from './toolchain/report.mjs';
import { systemNeeds } from './toolchain/system-needs.mjs';
import { ensureSystemPackages } from './toolchain/system-packages.mjs';
import { ensurePeerProvider, ensureTerraform, ensureTofu } from './toolchain/terraform.mjs';

/** @type {Record<string, (options: import('./toolchain/terraform.mjs').ToolOptions) =>
 *   Promise<import('./toolchain/terraform.mjs').FoundTool>>} */
const terraformTools = {
  terraform: ensureTerraform,
  tofu: ensureTofu,
  cdktf: (options) => ensureCdkCli('cdktf', options),
  cdktn: (options) => ensureCdkCli('cdktn', options),
  'peer-provider': ensurePeerProvider,
};

const usage = `Usage: node scripts/toolchain.mjs <need...> [options]

Needs: pulumi, ${Object.keys(terraformTools).join(', ')},
       ${Object.keys(systemNeeds).join(', ')}

  --yes            install missing system packages without asking (root on Debian)
  --from <ways>    how pulumi may be come by (default, in this order: ${pulumiWays.join(',')})
  --json           print what was found as JSON on stdout
  --print-env      print shell lines that put the tools on PATH, for eval, on stdout
  --help           print this

CINDERKIT_CACHE is where built tools are kept (default: ~/.cache/cinderkit).`;

const sources = {
  path: 'from PATH',
  apt: 'installed now with apt-get',
  cache: 'from the cache',
  npm: 'downloaded now through npm',
  go: 'built now from Go modules',
};

/** @typedef {{ need: string, binDir: string, version: string, source: keyof typeof sources,
 *   languageHost?: string }} Tool */

function parseCommandLine() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        yes: { type: 'boolean', default: false },
        from: { type: 'string', default: pulumiWays.join(',') },
        json: { type: 'boolean', default: false },
        'print-env': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new ToolchainFailure(
      `${/** @type {Error} */ (error).message}\n${usage}`,
      exitCodes.usage,
    );
  }
}

/** @param {string} text */
function parseWays(text) {
  return text.split(',').map((name) => {
    const way = pulumiWays.find((known) => known === name);
    if (way !== undefined) return way;
    throw new ToolchainFailure(
      `--from knows ${pulumiWays.join(', ')}, not "${name}".`,
      exitCodes.usage,
    );
  });
}

/**
 * @param {string[]} needs
 * @param {{ yes: boolean, ways: ReturnType<typeof parseWays>, signal: AbortSignal }} options
 */
async function getTools(needs, { yes, ways, signal }) {
  const report = createReport();
  /** @type {Tool[]} */
  const tools = [];
  const have = (/** @type {Tool} */ tool) => {
    const host = tool.languageHost === undefined ? '' : `, language host ${tool.languageHost}`;
    report.have(tool.need, `${tool.version}${host}, ${sources[tool.source]} (${tool.binDir})`);
    tools.push(tool);
  };
  // Quick answers first: nobody should wait for a build to learn that a package is missing.
  const system = needs.filter((need) => need !== 'pulumi' && !(need in terraformTools));
  const { found, missing } = await ensureSystemPackages(system, { yes, report, signal });
  found.forEach(have);
  if (needs.includes('pulumi')) {
    have({ need: 'pulumi', ...(await ensurePulumi({ ways, report, signal })) });
  }
  for (const [need, ensure] of Object.entries(terraformTools)) {
    if (needs.includes(need)) have({ need, ...(await ensure({ report, signal })) });
  }
  return { tools, missing };
}

/** @param {Tool[]} tools */
function pathLines(tools) {
  const folders = [...new Set(tools.map(({ binDir }) => binDir))];
  const quoted = folders.map((folder) => `'${folder.replaceAll("'", `'\\''`)}'`);
  return quoted.length === 0 ? '' : `export PATH=${quoted.join(':')}:"$PATH"\n`;
}

async function main() {
  const { values, positionals } = parseCommandLine();
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const needs = [...new Set(positionals)];
  if (needs.length === 0) throw new ToolchainFailure(usage, exitCodes.usage);
  const stop = new AbortController();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => stop.abort(signal));
  }
  const ways = parseWays(values.from);
  const result = await getTools(needs, { yes: values.yes, ways, signal: stop.signal });
  if (values.json) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  if (values['print-env']) process.stdout.write(pathLines(result.tools));
}

/** @type {Record<string, number>} */
const signalCodes = { SIGINT: 130, SIGTERM: 143 };

main().catch((error) => {
  const stopped = error?.name === 'AbortError' ? error.cause : error;
  if (stopped === 'SIGINT' || stopped === 'SIGTERM') {
    process.stderr.write('stopped; nothing half-made is left\n');
    process.exitCode = signalCodes[stopped] ?? 1;
  } else if (error instanceof ToolchainFailure) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else {
    throw error;
  }
});
