// Leaves the machine and the cloud as they were, however far the story came. Invariant: every part
// is tried whatever happens to the others, and what cannot be removed is named.
import { bringPeerDown } from '../openstack-peer/peer.mjs';
import { leftovers } from './steps.mjs';

/** Destroys the stack, removes the program's folder and stops the peer. Never throws. */
export async function clean(story) {
  const { workplace, peer, outcome, options, say } = story;
  const attempt = async (what, act) => {
    try {
      await act();
    } catch (error) {
      outcome.failure = [outcome.failure, `${what}: ${error.message}`].filter(Boolean).join('\n');
    }
  };
  const dies = peer && !options.keep;
  // A cloud that is thrown away takes what was made in it along.
  if (workplace && outcome.failure && !dies) {
    await attempt('cleaning the cloud', () => emptyCloud(story));
  }
  await attempt('closing', async () => story.cloud?.close());
  if (workplace) await attempt('removing the folder', () => workplace.dispose());
  if (!peer) return;
  if (dies)
    await attempt('stopping the cloud', () => bringPeerDown({ ...peer, wipe: true }, story));
  else {
    say(`the cloud is kept: OS_CLIENT_CONFIG_FILE=${peer.folder}/clouds.yaml OS_CLOUD=peer-admin`);
    const place = `--folder ${peer.folder} --port-offset ${peer.portOffset}`;
    say(`to stop it: node scripts/openstack-peer/peer.mjs down --wipe ${place}`);
  }
}

async function emptyCloud(story) {
  const { workplace, say } = story;
  if (!workplace.hasStack()) return;
  say('removing what the story made');
  await workplace.pulumi(['cancel', '--yes']);
  const pending = ['refresh', '--yes', '--skip-preview', '--clear-pending-creates'];
  await workplace.pulumi(pending);
  const { code, output } = await workplace.pulumi(['destroy', '--yes', '--skip-preview']);
  if (code !== 0) throw new Error(`pulumi destroy failed:\n${output}`);
  const { left } = leftovers(story, await story.cloud.list());
  if (left.length > 0) throw new Error(`these are left: ${left.join('; ')}`);
}
