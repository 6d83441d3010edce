// The built engine as a process of its own that dies when told to: at a moment in the run of a job
// it sends itself SIGKILL, so nothing in it gets to tidy up. Argument: the data folder. Its starter
// hears { ready } or { failed }, and arms it with { dieAt }. Invariant: it does not outlive its
// starter.
const { enableCompileCache } = require('node:module');

enableCompileCache();

const { startEngine } = require('../../dist/bundled-engine/main.js');

let dieAt = null;

const dieIfMeant = (edge) => (moment) => {
  const isMeant =
    dieAt !== null &&
    dieAt.edge === edge &&
    ['operation', 'step', 'phase'].every((key) => dieAt[key] === moment[key]);
  if (!isMeant) return undefined;
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
};

process.on('message', (message) => {
  dieAt = message.dieAt;
  process.send({ armed: true });
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const jobHooks = { beforeStep: dieIfMeant('before'), afterStep: dieIfMeant('after') };
startEngine({ dataFolder: process.argv[2], jobHooks }).then(
  ({ url }) => process.send({ ready: { url } }),
  (error) => process.send({ failed: String(error) }, () => process.exit(1)),
);
