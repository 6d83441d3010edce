// npm run story:remote: the quickstart's program, unchanged, against a real Keystone, Glance and
// Cinder, by configuration alone. Starts a cloud on this machine where none is configured. Exit
// code 0 only when every step held and the cloud has what it had before; all is cleaned up in any
// case.
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { clean } from './story-remote/clean.mjs';
import { chooseCloud } from './story-remote/choose-cloud.mjs';
import { play } from './story-remote/play.mjs';
import { report } from './story-remote/report.mjs';
import { prepareTools } from './tools.mjs';
import { ToolchainFailure, exitCodes } from './toolchain/failure.mjs';

const usage = `Usage: npm run story:remote -- [options]

  --cloud NAME       a cloud of your clouds.yaml (default: OS_CLOUD or OS_* of the environment;
                     where there is none, a cloud is started on this machine: Debian, root)
  --config KEY=VALUE a setting of the program (repeatable; default: volumeBackedImage=false)
  --install          install the started cloud's packages without asking
  --keep             leave the started cloud running, and say how to reach and to stop it
  --json             print the outcome as JSON on stdout`;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (!stop.signal.aborted) say('interrupted: cleaning up');
    stop.abort(new Error(`stopped by ${signal}`));
  });
}

try {
  process.exitCode = await main(understand());
} catch (error) {
  console.error(`story:remote: ${process.env.DEBUG ? error.stack : error.message}`);
  process.exitCode = stop.signal.aborted ? 130 : (error.exitCode ?? 1);
}

async function main(options) {
  if (options.help) return void console.log(usage);
  const outcome = { steps: [], leftOut: [], failure: null };
  const story = { made: new Map(), signal: stop.signal, options, outcome, say };
  try {
    const tools = await prepareTools();
    await build({ quiet: options.json });
    await chooseCloud(story, tools);
    await play(story);
  } catch (error) {
    outcome.failure = error.message;
    outcome.exitCode = error.exitCode ?? 1;
  }
  await clean(story);
  report(outcome, { json: options.json });
  if (stop.signal.aborted) return 130;
  return outcome.failure === null ? 0 : (outcome.exitCode ?? 1);
}

function say(text) {
  console.error(`[${process.uptime().toFixed(1).padStart(6)} s] ${text}`);
}

function understand() {
  try {
    const { values } = parseArgs({
      options: {
        cloud: { type: 'string' },
        config: { type: 'string', multiple: true, default: [] },
        install: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const pairs = values.config.map((text) => /^([^=]+)=(.*)$/s.exec(text)?.slice(1));
    if (pairs.includes(undefined)) throw new Error('--config takes KEY=VALUE');
    return { ...values, config: Object.fromEntries(pairs) };
  } catch (error) {
    throw new ToolchainFailure(`${error.message}\n\n${usage}`, exitCodes.usage);
  }
}
